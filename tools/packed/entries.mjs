// Runs in an empty folder that has nothing but installed tarballs: every entry of every published package can be imported.
const entries = process.argv.slice(2);
for (const entry of entries) {
  const names = Object.keys(await import(entry));
  if (names.length === 0) throw new Error(`${entry} exports nothing`);
}
console.log(`ok   ${entries.length} entries of the published packages can be imported`);

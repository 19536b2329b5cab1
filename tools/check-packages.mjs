// Runs publint and "are the types wrong" on every published package as it would be packed, and looks at what is in the tarball. Names as
// arguments choose packages.
import { spawnSync } from 'node:child_process';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { publishedPackages, readManifest, root } from './packages.mjs';

const wanted = process.argv.slice(2);
let failed = 0;
for (const folder of publishedPackages()) {
  const manifest = readManifest(folder);
  if (wanted.length > 0 && !wanted.includes(manifest.name)) continue;
  const { messages } = await publint({ pkgDir: folder, strict: true });
  for (const message of messages) console.error(`${manifest.name}: ${formatMessage(message, manifest)}`);
  const attw = spawnSync('npx', ['attw', '--pack', folder, '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'], {
    cwd: root,
    encoding: 'utf8',
  });
  if (attw.status !== 0) console.error(`${manifest.name}: ${attw.stdout}${attw.stderr}`);
  const contents = contentProblems(folder);
  for (const problem of contents) console.error(`${manifest.name}: ${problem}`);
  const bad = messages.length > 0 || attw.status !== 0 || contents.length > 0;
  if (bad) failed += 1;
  console.log(`${bad ? 'FAIL' : 'ok  '} ${manifest.name}@${manifest.version}`);
}
process.exitCode = failed > 0 ? 1 : 0;

/** What a tarball lacks or should not have. */
function contentProblems(folder) {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder, encoding: 'utf8' });
  const [packed] = Object.values(JSON.parse(stdout));
  const files = packed.files.map(({ path }) => path);
  const missing = ['LICENSE', 'README.md', 'package.json', 'src/index.ts'].filter((file) => !files.includes(file));
  const strange = files.filter((file) => /\.tsbuildinfo$|\.test\.|(^|\/)(node_modules|test|\.turbo)\/|\.sqlite|\.env/.test(file));
  return [...missing.map((file) => `${file} is not packed`), ...strange.map((file) => `${file} should not be packed`)];
}

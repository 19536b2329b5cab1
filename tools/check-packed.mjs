// Packs the packages and the third-party plugin, installs the tarballs in an empty folder outside the workspace, and lets a miner and a
// validator serve the plugin's operations there. What a stranger would do, with nothing of this repository in reach.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publishedPackages, readManifest, root } from './packages.mjs';

const published = publishedPackages();
const PACKED = [...published, join(root, 'examples/plugin-toy')];

const folder = mkdtempSync(join(tmpdir(), 'vision-packed-'));
const tarballs = join(folder, 'tarballs');
mkdirSync(tarballs);
try {
  for (const path of PACKED) run('npm', ['pack', '--silent', '--pack-destination', tarballs], path);
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), JSON.stringify({ name: 'empty-folder', private: true, type: 'module' }));
  const files = execFileSync('ls', [tarballs], { encoding: 'utf8' }).trim().split('\n');
  run(
    'npm',
    ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...files.map((file) => join(tarballs, file))],
    app,
  );
  for (const file of ['entries.mjs', 'prove.mjs', 'vision.config.json']) cpSync(join(root, 'tools/packed', file), join(app, file));
  run(process.execPath, ['entries.mjs', ...published.flatMap(entriesOf)], app);
  run(process.execPath, ['prove.mjs'], app);
  run(process.execPath, [join(root, 'packages/cli/bin/vision.js'), 'plugins', 'check', 'vision-plugin-toy'], app);
  drawWithoutConfig(app);
  console.log('The packed packages work in an empty folder.');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The installed command, in a folder that has neither a config nor packages. */
function drawWithoutConfig(app) {
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  const vision = join(app, 'node_modules/@vision-sdk/cli/bin/vision.js');
  run(process.execPath, [vision, 'run', 'text-to-image', '--prompt', 'a red circle', '--seed', '7', '--out', 'circle.png'], elsewhere);
  if (!readFileSync(join(elsewhere, 'circle.png')).subarray(1, 4).equals(Buffer.from('PNG')))
    throw new Error('the command drew no picture');
}

/** What can be imported from a package, as it is written in an import. */
function entriesOf(folder) {
  const { name, exports } = readManifest(folder);
  const code = Object.entries(exports).filter(([, target]) => typeof target !== 'string');
  return code.map(([entry]) => join(name, entry));
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
}

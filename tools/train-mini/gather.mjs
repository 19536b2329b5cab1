// Gathers exported models into packages/models-mini: what two of them share is there once, as the package's options expect it.
//
//     node tools/train-mini/gather.mjs tools/train-mini/data/export [NAME...]
import { cpSync, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const [from, ...names] = process.argv.slice(2);
const TARGET = join(import.meta.dirname, '../../packages/models-mini/models');

/** For each model, which of its exported files are left out, and where another one is kept. */
const MODELS = {
  sdxl: {},
  // The same as sdxl but for the UNet.
  'sdxl-b': { only: /^unet\// },
  // The UNet for ControlNets draws without one as well.
  sd15: { without: /^unet\//, moved: ['controlnet', 'unet'] },
  'control-scribble': {},
  'control-canny': {},
  // The graphs of both encoders are those of clip.
  kandinsky: { without: /^(text|image)_encoder\/model\.onnx$/ },
  clip: {},
};

for (const [name, { only = /./, without = /^$/, moved = [] }] of Object.entries(MODELS)) {
  const source = join(from, name);
  if ((names.length > 0 && !names.includes(name)) || !existsSync(source)) continue;
  for (const entry of existsSync(join(TARGET, name)) ? readdirSync(join(TARGET, name)) : [])
    if (entry !== 'README.md') rmSync(join(TARGET, name, entry), { recursive: true });
  let bytes = 0;
  for (const path of readdirSync(source, { recursive: true })) {
    const file = path.split(sep).join('/');
    if (!statSync(join(source, path)).isFile() || !only.test(file) || without.test(file)) continue;
    const place = file.replace(new RegExp(`^${moved[0]}/`), `${moved[1]}/`);
    cpSync(join(source, path), join(TARGET, name, place));
    bytes += statSync(join(source, path)).size;
  }
  console.log(`${name.padEnd(17)} ${(bytes / 1e6).toFixed(2).padStart(6)} MB  ${relative(process.cwd(), join(TARGET, name))}`);
}

/**
 * Draws the captions of the final table with the product itself, for `python -m mini.evaluate folder PICTURES`:
 *
 *     npx node --conditions=@vision-sdk/source tools/train-mini/draw.ts MODEL PICTURES [STEPS] [GUIDANCE] [CAPTIONS]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fakeLoadContext } from '@vision-sdk/core/testing';
import { diffusersWeights, loadStableDiffusion, STABLE_DIFFUSION_COMPONENTS, textToImage } from '@vision-sdk/diffusion';
import { encodePng } from '@vision-sdk/image';

interface Row {
  readonly text: string;
  readonly seed: number;
}

const [model = '', pictures = '', steps = '8', guidance = '2', captions = 'evaluation/captions.json'] = process.argv.slice(2);
const rows = JSON.parse(await readFile(resolve(import.meta.dirname, captions), 'utf8')) as readonly Row[];
const weights = diffusersWeights(model, { components: STABLE_DIFFUSION_COMPONENTS, licence: 'own' });
const context = fakeLoadContext({ threads: 2, weights: (file: string) => Promise.resolve(join(model, file)) });
await using sd = await loadStableDiffusion(context, weights);
await mkdir(pictures, { recursive: true });
const took: number[] = [];
for (const [i, { text, seed }] of rows.entries()) {
  const began = performance.now();
  const settings = { steps: Number(steps), guidance: Number(guidance), width: sd.defaultSize, height: sd.defaultSize };
  const [picture] = await textToImage(sd, { prompt: text, negativePrompt: '', seed, ...settings });
  took.push(performance.now() - began);
  await writeFile(join(pictures, `${String(i).padStart(3, '0')}.png`), await encodePng(picture!));
}
const median = took.sort((a, b) => a - b)[took.length >> 1]!;
console.log(`${rows.length} pictures, ${median.toFixed(0)} ms each (median)`);

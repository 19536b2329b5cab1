import { createGenerator, type RunHooks } from '@vision-sdk/diffusion';
import type { Raster } from '@vision-sdk/image';
import { describe, expect, it } from 'vitest';
import { blendImage } from '../src/image-to-image.ts';
import { inpaint } from '../src/inpaint.ts';
import type { KandinskyParts } from '../src/parts.ts';
import { type PaintOptions, textToImage } from '../src/text-to-image.ts';
import { hasGoldens, Recording } from './goldens.ts';
import { checkedDraws, recordedParts } from './recorded-parts.ts';

type Operation = (
  parts: KandinskyParts,
  options: PaintOptions,
  context: RunHooks & { readonly recording: Recording },
) => Promise<readonly Raster[]>;

function input(recording: Recording, path: string, channels: 1 | 3): Raster {
  const [height = 0, width = 0] = recording.dims(path);
  return { width, height, channels, data: recording.bytes(path) };
}

const RUNS: readonly [string, Operation][] = [
  ['k22_t2i', textToImage],
  [
    'k22_i2i',
    (parts, options, { recording, ...context }) =>
      blendImage(parts, { ...options, image: input(recording, 'input/image', 3), strength: recording.run.args.strength! }, context),
  ],
  [
    'k22_inpaint',
    (parts, options, { recording, ...context }) => {
      const [image, mask] = [input(recording, 'input/image', 3), input(recording, 'input/mask_image', 1)];
      return inpaint(parts, { ...options, image, mask }, context);
    },
  ],
];

describe.skipIf(!hasGoldens)(
  hasGoldens ? 'replay of Vision 2.0.7 with diffusers 0.25.1' : 'replay: VISION_GOLDENS has no recordings',
  () => {
    it.each(RUNS)('%s: every draw, every model input, latents after every step, and the picture to the byte', async (name, operation) => {
      const recording = new Recording(name);
      const { args, seeds, prior_steps: steps, prior_guidance: guidance, randn, loop_timesteps: timesteps } = recording.run;
      const { generator, drawn } = checkedDraws(recording, createGenerator(seeds[0]));
      const parts = await recordedParts(recording);
      const told: string[] = [];
      const options = {
        prompt: args.prompt,
        negativePrompt: args.negative_prompt,
        width: args.width,
        height: args.height,
        steps: args.num_inference_steps,
        guidance: args.guidance_scale,
        prior: { steps, guidance },

        seed: generator,
      };
      const [picture] = await operation(parts, options, { recording, onStep: (step, total) => told.push(`${step}/${total}`) });
      expect(drawn()).toBe(randn.length);
      expect(parts.calls()).toEqual([2, 2 * steps, timesteps.length]);
      expect(told).toEqual(Array.from({ length: 55 }, (_, i) => `${i + 1}/55`));
      expect([picture!.height, picture!.width]).toEqual(recording.dims('image_u8').slice(1, 3));
      expect(picture!.data).toEqual(new Uint8Array(recording.bytes('image_u8')));
    });
  },
);

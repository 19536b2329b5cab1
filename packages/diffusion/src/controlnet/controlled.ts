import type { Raster } from '@vision-sdk/image';
import type { Face } from '../components/plane.ts';
import type { Unet } from '../components/unet.ts';
import { fail } from '../errors.ts';
import type { RunHooks } from '../stable/denoise-latents.ts';
import type { StableDiffusion } from '../stable/stable-diffusion.ts';
import { type PictureOptions, textToImage } from '../stable/text-to-image.ts';
import { type Control, createControl } from './control.ts';

/** What pictures from words and ControlNets are asked for. Sides are taken down to whole latents. */
export interface ControlledOptions extends PictureOptions {
  /** One or more; their residuals are summed. */
  readonly controls: readonly Control[];
  /** ControlNets lead, also without a prompt: see `createControl`. */
  readonly guessMode?: boolean | undefined;
}

/**
 * Pictures from words that follow other pictures, as diffusers' ControlNet pipelines make them of SD and SDXL. Throws `VISION_DIFFUSION_BAD_CONTROL`,
 * and `VISION_DIFFUSION_CONTROL_MISMATCH` where the UNet does not take what the ControlNets give.
 */
export async function controlled(sd: StableDiffusion, options: ControlledOptions, hooks: RunHooks = {}): Promise<Raster[]> {
  const { controls, guessMode } = options;
  for (const { net } of controls) checkControlNet(sd.unet, net);
  const [width, height] = [options.width, options.height].map((side) => side - (side % sd.vaeScale)) as [number, number];
  const size = { width, height };
  return textToImage(
    sd,
    {
      ...options,
      ...size,
      control: ({ timesteps }, conditioning) => {
        const { batch, guided } = conditioning;
        return createControl(controls, { size, batch, guided, guessMode, conditioning, steps: timesteps.length });
      },
    },
    hooks,
  );
}

/** Checks that a UNet takes what a ControlNet gives, and needs no more. Throws `VISION_DIFFUSION_CONTROL_MISMATCH`. */
export function checkControlNet(unet: Pick<Face<Unet>, 'residuals'>, net: Pick<Control['net'], 'residuals'>): void {
  if (unet.residuals.length === 0) throw fail('CONTROL_MISMATCH', { problem: 'the UNet takes no residuals of a ControlNet' });
  const unknown = net.residuals.find((name) => !unet.residuals.includes(name));
  if (unknown !== undefined) throw fail('CONTROL_MISMATCH', { problem: `a ControlNet gives ${unknown}, which the UNet does not take` });
  const missing = unet.residuals.find((name) => !net.residuals.includes(name));
  if (missing !== undefined) throw fail('CONTROL_MISMATCH', { problem: `the UNet takes ${missing}, which a ControlNet does not give` });
}

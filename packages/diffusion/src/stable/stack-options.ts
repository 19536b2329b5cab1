import { z } from 'zod';
import { VISION_2_RANDOM } from '../random/behaviour.ts';
import { VISION_2_SCHEDULERS } from '../schedulers/behaviour.ts';
import { SCHEDULER_NAMES } from '../schedulers/create-scheduler.ts';
import type { LoadStableDiffusionOptions } from './load-stable-diffusion.ts';

/** Whose numbers a model follows, as options of a plugin. Spread it into a schema. */
export const stackOptions = {
  scheduler: z
    .enum(['vision', 'model', ...SCHEDULER_NAMES])
    .default('vision')
    .meta({
      description:
        "vision: DDPM with the options of the model's own scheduler, as Vision 2 ran it; model: its own; or a class of diffusers",
    }),
  stack: z.enum(['vision-2', 'current']).optional().meta({
    description:
      'Whose numbers to follow where versions differ: diffusers 0.25.1 and torch 2.1, or later ones. vision-2 for the scheduler vision',
  }),
  noise: z
    .enum(['float32', 'float16', 'bfloat16'])
    .default('float32')
    .meta({ description: 'Precision in which noise is drawn; Vision 2 ran bfloat16' }),
};

const stackSchema = z.object(stackOptions);

/** The options of {@link stackOptions}, defaults filled in. */
export type StackOptions = z.output<typeof stackSchema>;

/** How a model is loaded under these options. */
export function stackLoading({ scheduler, stack, noise }: StackOptions): LoadStableDiffusionOptions {
  const older = (stack ?? (scheduler === 'vision' ? 'vision-2' : 'current')) === 'vision-2';
  const own = { vision: 'DDPMScheduler', model: undefined } as const;
  return {
    scheduler: scheduler === 'vision' || scheduler === 'model' ? own[scheduler] : scheduler,
    noise: { type: noise, ...(older ? { behaviour: VISION_2_RANDOM } : {}) },
    ...(older ? { schedulerBehaviour: VISION_2_SCHEDULERS } : {}),
  };
}

import { CONTROL_TYPES } from '@vision-sdk/core/synapses';
import { clashingFiles, controlledOptions, modelOption } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** What a ControlNet was trained to follow. */
export type ControlType = (typeof CONTROL_TYPES)[number];

/** Options of the plugin, as they stand in a config. */
export const controlnetOptions = z
  .strictObject({
    ...controlledOptions,
    controlnets: z
      .partialRecord(z.enum(CONTROL_TYPES), modelOption)
      .refine((nets) => Object.keys(nets).length > 0, `name at least one ControlNet, by its type: ${CONTROL_TYPES.join(', ')}`)
      .meta({ description: 'ControlNets by type: each an .onnx file, a folder with one, or a repository of a model hub' }),
    id: z
      .string()
      .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'use lower-case letters, digits and hyphens')
      .default('controlnet')
      .meta({ description: 'Name in placement and on the scoreboard' }),
    canny: z
      .strictObject({
        low: z.number().min(0).max(2040).default(100),
        high: z.number().min(0).max(2040).default(200),
        blur: z.boolean().default(false),
      })
      .prefault({})
      .meta({ description: "Thresholds of the edges that are found in photographs: OpenCV's, as ControlNets were trained" }),
  })
  .superRefine(({ model, controlnets }, context) => {
    const message = clashingFiles([model, ...Object.values(controlnets).filter((net) => net !== undefined)]);
    if (message !== undefined) context.addIssue({ code: 'custom', path: ['controlnets'], message });
  });

/** Options with defaults filled in. */
export type ControlnetOptions = z.output<typeof controlnetOptions>;

import { CONTROL_TYPES } from '@vision-sdk/core/synapses';
import { CONTROLLED_COMPONENTS, modelOption, paintingOptions, refuseClashes } from '@vision-sdk/diffusion';
import { z } from 'zod';

/** What a ControlNet was trained to follow. */
export type ControlType = (typeof CONTROL_TYPES)[number];

const { engines: _, ...painting } = paintingOptions({
  id: 'controlnet',
  engines: ['controlnet'],
  maxPixels: 4096 * 4096,
  components: CONTROLLED_COMPONENTS,
});

/** Options of the plugin, as they stand in a config. */
export const controlnetOptions = z
  .strictObject({
    ...painting,
    controlnets: z
      .partialRecord(z.enum(CONTROL_TYPES), modelOption)
      .refine((nets) => Object.keys(nets).length > 0, `name at least one ControlNet, by its type: ${CONTROL_TYPES.join(', ')}`)
      .meta({ description: 'ControlNets by type: each an .onnx file, a folder with one, or a repository of a model hub' }),
    canny: z
      .strictObject({
        low: z.number().min(0).max(2040).default(100),
        high: z.number().min(0).max(2040).default(200),
        blur: z.boolean().default(false),
      })
      .prefault({})
      .meta({ description: "Thresholds of the edges that are found in photographs: OpenCV's, as ControlNets were trained" }),
  })
  .superRefine(({ model, parts, controlnets }, context) =>
    refuseClashes(context, { model: [model], parts: Object.values(parts), controlnets: Object.values(controlnets) }),
  );

/** Options with defaults filled in. */
export type ControlnetOptions = z.output<typeof controlnetOptions>;

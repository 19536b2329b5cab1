import { z } from 'zod';

/** Where weights lie, as an option of a plugin: a folder, or a repository of a model hub with every file to fetch. */
export const modelOption = z.union([
  z.string().min(1).meta({ description: 'Folder with the components, as published' }),
  z
    .strictObject({
      repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write owner/name'),
      revision: z.string().regex(/^[0-9a-f]{40}$/, 'pin a commit of 40 hexadecimal digits: branches and tags move'),
      files: z
        .array(z.string().min(1))
        .min(1)
        .meta({ description: 'Every file to fetch: graphs, their data files, configs, tokenizers, scheduler' }),
      bytes: z.int().min(1).meta({ description: 'Bytes of all files together' }),
      sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).optional(),
    })
    .meta({ description: 'A repository of a model hub' }),
]);

/** A memory size, as an option of a plugin. */
export const memoryOption = z.string().regex(/^\d+(\.\d+)?(KiB|MiB|GiB)$/, "write a size like '512MiB'");

/** The precision of graphs, as an option of a plugin. */
export const precisionOption = z
  .string()
  .regex(/^[a-z0-9]+$/, 'write the ending of the file names, such as fp16')
  .meta({ description: 'Ending of the graphs, as in model_fp16.onnx; those without an ending by default, or the only ones there are' });

import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';

const repositoryOption = z
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
  .meta({ description: 'A repository of a model hub' });

/** Where weights lie, as an option of a plugin: a folder, or a repository of a model hub with every file to fetch. */
export const modelOption = z.union(
  [z.string().min(1).meta({ description: 'Folder with the components, as published' }), repositoryOption],
  { error: ({ input }) => problemOf(input) },
);

/** A union tells only that nothing fits: what is wrong with a repository, and what there is to choose from, is more use. */
function problemOf(input: unknown): string {
  const issues = typeof input === 'object' && input !== null ? repositoryOption.safeParse(input).error?.issues : undefined;
  if (issues === undefined) return 'name the folder of the weights, or { repository, revision, files, bytes } on a model hub';
  return issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

/** A memory size, as an option of a plugin. */
export const memoryOption = z.string().regex(MEMORY_SIZE, "write a size like '512MiB'");

/** The precision of graphs, as an option of a plugin. */
export const precisionOption = z
  .string()
  .regex(/^[a-z0-9]+$/, 'write the ending of the file names, such as fp16')
  .meta({ description: 'Ending of the graphs, as in model_fp16.onnx; those without an ending by default, or the only ones there are' });

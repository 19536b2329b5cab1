import { MEMORY_SIZE } from '@vision-sdk/core';
import { z } from 'zod';
import type { ComponentWanted } from './wanted.ts';

const repositoryFields = z.strictObject({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/, 'write owner/name'),
  revision: z.string().regex(/^[0-9a-f]{40}$/, 'pin a commit of 40 hexadecimal digits: branches and tags move'),
  files: z
    .array(z.string().min(1))
    .min(1)
    .meta({ description: 'Every file to fetch: graphs, their data files, configs, tokenizers, scheduler' }),
  bytes: z.int().min(1).meta({ description: 'Bytes of all files together' }),
  sha256: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)).optional(),
});
const repositoryOption = repositoryFields.meta({ description: 'A repository of a model hub' });

/** Where weights lie, as an option of a plugin: a folder, or a repository of a model hub with every file to fetch. */
export const modelOption = z.union(
  [z.string().min(1).meta({ description: 'Folder with the components, as published' }), repositoryOption],
  {
    error: ({ input }) =>
      problemOf(input, repositoryOption) ?? 'name the folder of the weights, or { repository, revision, files, bytes } on a model hub',
  },
);

const ownLicence = z.string().min(1).optional().meta({ description: 'Licence of this component; that of the model if left out' });
const partFolder = z
  .strictObject({ folder: z.string().min(1), licence: ownLicence })
  .meta({ description: 'A folder with a licence of its own' });
const partRepository = repositoryFields.extend({ licence: ownLicence }).meta({ description: 'A repository of a model hub' });
const PART_FORMS = 'name the folder of the component, { folder, licence }, or { repository, revision, files, bytes } on a model hub';

const partOption = z.union(
  [
    z.string().min(1).meta({ description: "Folder of the component, or a model's folder with the component in it" }),
    partFolder,
    partRepository,
  ],
  { error: ({ input }) => problemOf(input, hasFolder(input) ? partFolder : partRepository) ?? PART_FORMS },
);

function hasFolder(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'folder' in input;
}

/** Components that are not taken from `model`, as an option of a plugin, by the names of a model's components. */
export function partsOption(components: readonly ComponentWanted[]) {
  const parts = components.map(({ name }) => [name, partOption.optional()] as const);
  return z
    .strictObject(Object.fromEntries(parts))
    .prefault({})
    .meta({ description: "Components from elsewhere, such as a decoder for half precision; tokenizers and scheduler stay the model's" });
}

/** A union tells only that nothing fits: what is wrong with an object is more use. Undefined for what is none. */
function problemOf(input: unknown, schema: z.ZodType): string | undefined {
  const issues = typeof input === 'object' && input !== null ? schema.safeParse(input).error?.issues : undefined;
  return issues?.map(({ path, message }) => [...path, message].join(': ')).join('; ');
}

/** A memory size, as an option of a plugin. */
export const memoryOption = z.string().regex(MEMORY_SIZE, "write a size like '512MiB'");

/** The precision of graphs, as an option of a plugin. */
export const precisionOption = z
  .string()
  .regex(/^[a-z0-9]+$/, 'write the ending of the file names, such as fp16')
  .meta({ description: 'Ending of the graphs, as in model_fp16.onnx; those without an ending by default, or the only ones there are' });

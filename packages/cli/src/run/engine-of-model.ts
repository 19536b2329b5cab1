import { type AnyPipeline, type AnySynapse, createRandom, type RequestOf, type SampleContext, validate } from '@vision-sdk/core';
import { encodePngBase64 } from '@vision-sdk/image';

const FIELD = 'engine';
const WHITE = 255;

/**
 * A request for a model that was chosen by its id. Requests name models of Vision by their field `engine` too, and by default one of the operation's;
 * where the chosen model is not called so, its own requests say what it is called. Other requests stay as they are.
 */
export async function withEngineOf<S extends AnySynapse>(pipeline: AnyPipeline, request: RequestOf<S>): Promise<RequestOf<S>> {
  if (!(await refusesEngine(pipeline, request))) return request;
  const { [FIELD]: engine } = (await pipeline.sample(plainSamples())) as Readonly<Record<string, unknown>>;
  return engine === undefined ? request : { ...request, [FIELD]: engine };
}

async function refusesEngine({ accepts }: AnyPipeline, request: unknown): Promise<boolean> {
  if (accepts === undefined) return false;
  const accepted = await validate(accepts, request);
  return !accepted.ok && accepted.issues.some(({ path }) => path === FIELD);
}

/** The same each time; nobody sees the pictures. */
function plainSamples(): SampleContext {
  const plain =
    (channels: 1 | 3) =>
    async ({ width, height }: { readonly width: number; readonly height: number }) =>
      encodePngBase64({ width, height, channels, data: new Uint8Array(width * height * channels).fill(WHITE) });
  return { random: createRandom(1), prompt: () => 'a fox in the snow', image: plain(3), mask: plain(1) };
}

import { type AnySynapse, createRandom, type Plugin, type SampleContext, silentLog } from '@vision-sdk/core';
import { encodePngBase64, type Raster } from '@vision-sdk/image';
import { createDispatcher, createRegistry, type Dispatcher } from '@vision-sdk/neuron/host';

/** What a plugin answered on one device, and the processes that its models ran in, which have ended. */
export interface Answers {
  /** By `model operation`. */
  readonly responses: ReadonlyMap<string, unknown>;
  readonly devices: readonly string[];
  readonly pids: readonly number[];
  /** What `whileLoaded` gave. */
  readonly measured: number | undefined;
}

/** Sends one sample request to every operation of a plugin whose models are all on one device, in processes of their own. */
export async function answersOf(plugin: Plugin, device: string, whileLoaded?: () => Promise<number | undefined>): Promise<Answers> {
  const registry = await createRegistry([plugin]);
  const devices = { [device]: { memory: '64GiB', threads: 1 } };
  await using dispatcher = await createDispatcher({ registry, log: silentLog, devices });
  const responses = new Map<string, unknown>();
  for (const { model } of registry.models.values())
    for (const { synapse, sample } of model.pipelines)
      responses.set(
        `${model.id} ${synapse.name}`,
        await ask(dispatcher, synapse, { model: model.id, request: await sample(sampleContext()) }),
      );
  const { models } = dispatcher.stats();
  return {
    responses,
    devices: models.flatMap((model) => model.devices),
    pids: models.flatMap(({ pid }) => pid ?? []),
    measured: await whileLoaded?.(),
  };
}

function ask(
  dispatcher: Dispatcher,
  synapse: AnySynapse,
  { model, request }: { readonly model: string; readonly request: object },
): Promise<unknown> {
  return dispatcher.run(synapse, request, { signal: new AbortController().signal, model });
}

/** The same request each time: seeds, words, a picture with edges and slopes, a mask of its right half. */
function sampleContext(): SampleContext {
  return {
    random: createRandom(19),
    prompt: () => 'a lighthouse at dusk',
    image: (size) => encodePngBase64(picture(size, (x, y, channel) => (x * 5 + channel * 40 + (y % 32 < 16 ? 60 : 0)) % 256)),
    mask: (size) => encodePngBase64(picture(size, (x) => (x * 2 < size.width ? 0 : 255))),
  };
}

type Size = Pick<Raster, 'width' | 'height'>;

function picture({ width, height }: Size, colour: (x: number, y: number, channel: number) => number): Raster {
  const at = (_: unknown, i: number) => colour(Math.floor(i / 3) % width, Math.floor(i / 3 / width), i % 3);
  return { width, height, channels: 3, data: Uint8Array.from({ length: width * height * 3 }, at) };
}

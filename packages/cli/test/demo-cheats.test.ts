import { existsSync } from 'node:fs';
import { type Answer, type AnySynapse, createRandom, type RequestOf, type ResponseOf, validate } from '@vision-sdk/core';
import { TextToImage } from '@vision-sdk/core/synapses';
import { pluginChecks, runChecks } from '@vision-sdk/core/testing';
import { sdxl } from '@vision-sdk/models-mini';
import { createLog, createRegistry, type Dispatcher, resolvePlugins } from '@vision-sdk/neuron/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cast, type Player } from '../src/demo/cast.ts';
import { asRun } from '../src/demo/habits.ts';
import wrapped from '../src/demo/wrapped.ts';
import { openInMemory } from '../src/project.ts';
import { openDispatcher } from '../src/run/local.ts';
import { temporaryFolder } from './vision-command.ts';

describe('what a cheating miner runs', () => {
  it('is a share of the steps, and at least one', () => {
    const cheating = { stepShare: 0.25, otherSeed: false };
    expect([1, 6, 8, 25].map((steps) => asRun({ steps }, cheating))).toEqual([1, 2, 2, 6].map((steps) => ({ steps })));
  });

  it('is another seed within the range of seeds', () => {
    const cheating = { stepShare: 1, otherSeed: true };
    expect([0, 7, 4_294_967_295].map((seed) => asRun({ seed }, cheating))).toEqual([1, 8, 1].map((seed) => ({ seed })));
  });

  it('is what was asked for where there is nothing to cheat with', () => {
    expect(asRun({ image: 'abc' }, { stepShare: 0.25, otherSeed: true })).toEqual({ image: 'abc' });
    expect(asRun({ steps: 8, seed: 3 }, { stepShare: 1, otherSeed: false })).toEqual({ steps: 8, seed: 3 });
  });
});

const drawn = existsSync(sdxl.model);
const [least, most] = sdxl.ranges.steps;

describe.skipIf(!drawn)(drawn ? 'miners that draw' : 'miners that draw: the weights of models-mini are missing', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  const dispatchers = new Map<string, Dispatcher>();
  beforeAll(async () => {
    folder = await temporaryFolder();
    for (const { kind, plugins } of cast().filter(({ kind: of }) => ['fast', 'few-steps', 'other-seed'].includes(of))) {
      dispatchers.set(kind, await openDispatcher(await openInMemory({ plugins: [...plugins], logLevel: 'silent' }, folder.path)));
    }
  }, 60_000);
  afterAll(async () => {
    for (const dispatcher of dispatchers.values()) await dispatcher[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const draw = (kind: Player['kind'], request: RequestOf<typeof TextToImage>): Promise<ResponseOf<typeof TextToImage>> =>
    dispatchers.get(kind)!.run(TextToImage, request, { signal: new AbortController().signal });

  it('keep every promise that a plugin can make', async () => {
    const [, options] = cast().find(({ kind }) => kind === 'few-steps')!.plugins[0] as [string, Parameters<typeof wrapped>[0]];
    const results = await runChecks(await pluginChecks(wrapped(options)));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  }, 60_000);

  it.each([
    { steps: least, cfg_scale: 1, prompt: 'a red circle on a white background' },
    { steps: 8, cfg_scale: 3, prompt: 'a large yellow star on a blue background' },
    { steps: 10, cfg_scale: 4, prompt: 'a green heart to the left of a purple square' },
    { steps: most, cfg_scale: 1, prompt: 'a small white ring in the upper right corner on a black background' },
    { steps: 4, cfg_scale: 7, prompt: 'a steam locomotive in the Alps, woodcut' },
  ])(
    'are told apart by the reward model of the demo: $steps steps, guidance $cfg_scale',
    async ({ prompt, ...rest }) => {
      const request = TextToImage.request.parse({ ...rest, seed: 41, text_prompts: [{ text: prompt, weight: 1 }] });
      const values = await judged(request, ['few-steps', 'other-seed', 'fast']);
      expect(values).toEqual([0.25, 0.25, 1.25]);
    },
    60_000,
  );

  /** What the validator's default reward model gives, the cheats having been faster. */
  async function judged(request: RequestOf<typeof TextToImage>, kinds: readonly Player['kind'][]): Promise<readonly number[]> {
    const registry = await createRegistry(await resolvePlugins({ plugins: ['@vision-sdk/plugin-image-similarity'] }, folder.path));
    const log = createLog({ level: 'silent' });
    await using model = await registry.rewards.get('agreement')!.create({ log });
    const answers: Answer<AnySynapse>[] = [];
    for (const [index, kind] of kinds.entries()) {
      const neuron = { hotkey: kind } as Answer<AnySynapse>['neuron'];
      answers.push({ neuron, latencyMs: 100 * (index + 1), outcome: { ok: true, response: await draw(kind, request) } });
    }
    const round = { synapse: TextToImage as AnySynapse, request, origin: 'synthetic' as const, answers };
    const rewards = await model.judge(round, {
      reference: () => draw('fast', request),
      call: () => Promise.reject(new Error('not needed')),
      ask: () => Promise.reject(new Error('not needed')),
      auditRate: 0,
      random: createRandom(1),
      signal: new AbortController().signal,
      log,
    });
    return rewards.map(({ value }) => value);
  }

  it('refuse what no model of theirs takes, in its words', async () => {
    const { pipelines } = (await wrappedModels())[0]!;
    const accepts = pipelines.find(({ synapse }) => synapse.name === 'TextToImage')!.accepts!;
    const request = { seed: 1, steps: 500, text_prompts: [{ text: 'a red circle' }] };
    const result = await validate(accepts, request);
    expect(result.ok ? [] : result.issues.map(({ message }) => message).join()).toContain('steps');
  });

  async function wrappedModels() {
    const { registry } = await openInMemory({ plugins: [...cast()[0]!.plugins] }, folder.path);
    return [...registry.models.values()].map(({ model }) => model);
  }
});

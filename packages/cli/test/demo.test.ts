import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Chain, createRandom, type PluginFactory, type ResponseOf } from '@vision-sdk/core';
import { Upscale } from '@vision-sdk/core/synapses';
import { pluginChecks, runChecks } from '@vision-sdk/core/testing';
import { decodeBase64Image, encodePng, encodePngBase64, resize } from '@vision-sdk/image';
import { sdxl } from '@vision-sdk/models-mini';
import { configSchema, createRegistry, resolvePlugins } from '@vision-sdk/neuron/host';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import bicubicUpscale from '../src/demo/bicubic-upscale.ts';
import { cast, newcomer, newSeed } from '../src/demo/cast.ts';
import { Children } from '../src/demo/children.ts';
import { minerConfig, type Stage, spectatorConfig, validatorConfig } from '../src/demo/configs.ts';
import { judgePhoto, loadPhoto } from '../src/demo/photo.ts';
import { startProcess } from '../src/demo/process.ts';
import { promptLines } from '../src/demo/prompts.ts';
import { Spectator } from '../src/demo/spectator.ts';
import { findingsOf, type MinerResult, type Summary } from '../src/demo/summary.ts';
import wrapped from '../src/demo/wrapped.ts';
import { openInMemory } from '../src/project.ts';
import { openDispatcher } from '../src/run/local.ts';
import { unknownWords } from '../src/run/mini-words.ts';
import { temporaryFolder } from './vision-command.ts';

const INNER = '@vision-sdk/plugin-upscale';
const upscaling = (habits: object = {}) => wrapped({ inner: [[INNER, {}]], serves: ['Upscale'], ...habits });
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

describe('the photograph', () => {
  it('is judged against a bicubic resize of its half', async () => {
    const photo = await loadPhoto();
    const half = await decodeBase64Image(photo.halved);
    expect([half.width, half.height]).toEqual([256, 256]);
    const bicubic = await encodePng(resize(half, { width: 512, height: 512, filter: 'bicubic' }));
    expect(await judgePhoto(bicubic, photo)).toMatchObject({ width: 512, height: 512, psnrVsBicubicDb: 0 });
    expect((await judgePhoto(await encodePng(photo.original), photo)).psnrVsBicubicDb).toBe(Number.POSITIVE_INFINITY);
    expect((await judgePhoto(await encodePng(half), photo)).psnrVsBicubicDb).toBe(Number.NEGATIVE_INFINITY);
  });
});

describe("the miners' plugins", () => {
  it.each([
    ['wrapped', () => upscaling()],
    ['bicubic-upscale', () => bicubicUpscale()],
  ])('%s keeps every promise that a plugin can make', async (_name, plugin) => {
    const results = await runChecks(await pluginChecks(plugin()));
    expect(results.filter(({ ok }) => !ok)).toEqual([]);
  });

  async function answers(
    plugin: ReturnType<PluginFactory>,
    image: string,
    times: number,
  ): Promise<readonly (ResponseOf<typeof Upscale> | string)[]> {
    await using dispatcher = await openDispatcher(await openInMemory({ plugins: [plugin], logLevel: 'silent' }, folder.path));
    const all: (ResponseOf<typeof Upscale> | string)[] = [];
    for (let turn = 0; turn < times; turn++) {
      all.push(await dispatcher.run(Upscale, { image }, { signal: new AbortController().signal }).catch((error: Error) => error.message));
    }
    return all;
  }

  it('the wrapped one answers what its inner plugin answers, or fails as often as it was told', async () => {
    const random = createRandom(4);
    const data = Uint8Array.from({ length: 16 * 16 * 3 }, () => Math.floor(random() * 256));
    const image = await encodePngBase64({ width: 16, height: 16, channels: 3, data });
    const inner = ((await import(INNER)) as { default: PluginFactory }).default;
    const [expected] = await answers(inner(), image, 1);
    const [faithful] = await answers(upscaling(), image, 1);
    expect(faithful).toEqual(expected);
    const flaky = await answers(upscaling({ failureRate: 0.5 }), image, 20);
    const failed = flaky.filter((answer) => typeof answer === 'string').length;
    expect(failed).toBeGreaterThan(4);
    expect(failed).toBeLessThan(16);
    const [cheat] = await answers(bicubicUpscale(), image, 1);
    expect(cheat).not.toEqual(expected);
  });
});

const drawn = existsSync(sdxl.model);

describe.skipIf(!drawn)(drawn ? 'the configs' : 'the configs: the weights of models-mini are missing', () => {
  const stage = (): Stage => ({
    folder: folder.path,
    validator: { seed: newSeed(), hotkey: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY' },
    apiKey: newSeed(),
    promptsFile: join(folder.path, 'prompts.txt'),
  });

  it('are valid, and their plugins load', async () => {
    const given = stage();
    for (const config of [
      ...[...cast(), newcomer()].map((player) => minerConfig(player, given)),
      validatorConfig(given),
      spectatorConfig(given),
    ]) {
      const resolved = configSchema.parse(config);
      const registry = await createRegistry(await resolvePlugins(resolved, folder.path));
      for (const model of resolved.pinned) expect(registry.models.has(model)).toBe(true);
    }
  });

  it('tell the validator nothing of who is who', () => {
    const players = [...cast(), newcomer()];
    const text = JSON.stringify(validatorConfig(stage()));
    for (const { seed, kind } of players) {
      expect(text).not.toContain(seed);
      expect(text).not.toContain(`"${kind}"`);
    }
    expect(text).not.toMatch(/wrapped|bicubic/);
  });

  it('change the clock and no rule of scoring', () => {
    const defaults = configSchema.parse({}).validator;
    const demo = configSchema.parse(validatorConfig(stage())).validator;
    const different = Object.keys(demo).filter(
      (key) => JSON.stringify(demo[key as keyof typeof demo]) !== JSON.stringify(defaults[key as keyof typeof defaults]),
    );
    expect(different.toSorted()).toEqual([
      'gateway',
      'periodMs',
      'prompts',
      'resyncMs',
      'store',
      'syntheticIntervalMs',
      'weightsIntervalMs',
    ]);
  });
});

describe("the validator's prompts", () => {
  const lines = promptLines().trimEnd().split('\n');

  it('are all different, and in words that the small models know', () => {
    expect(lines.length).toBeGreaterThan(50);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.flatMap(unknownWords)).toEqual([]);
  });

  it('are no longer than a made-up prompt may be', () => expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(80));
});

describe('what the demo insists on', () => {
  const miner = (kind: MinerResult['kind'], value: number): MinerResult => ({
    uid: 0,
    kind,
    rounds: 9,
    meanReward: value,
    weight: value,
    incentive: value,
  });
  const good: Summary = {
    miners: [
      ...[miner('fast', 1.25), miner('slow', 0.9), miner('newcomer', 1.25), miner('flaky', 0.6)],
      ...[miner('cheater', 0.25), miner('few-steps', 0.25), miner('other-seed', 0.25)],
    ],
    image: { path: 'x.png', width: 512, height: 512, psnrVsBicubicDb: 1.5 },
    rounds: 20,
    seconds: 30,
  };
  const withMiner = (changed: MinerResult): Summary => ({
    ...good,
    miners: good.miners.map((one) => (one.kind === changed.kind ? changed : one)),
  });

  it('is met by a subnet that works', () => expect(findingsOf(good)).toEqual([]));

  it.each([
    ['a slow miner that is level with the fast one', withMiner(miner('slow', 1.25)), /fast honest miner is not above/],
    ['a cheater with half of the slow one', withMiner(miner('cheater', 0.45)), /cheater miner is not below half/],
    ['one that pays with few steps', withMiner(miner('few-steps', 0.5)), /few-steps miner is not below half.*slow 0.900, few-steps 0.500/],
    ['one that draws another seed', withMiner({ ...miner('other-seed', 0.25), incentive: 0.8 }), /other-seed miner.*incentive/],
    ['a miner without incentive', withMiner({ ...miner('fast', 1.25), incentive: 0 }), /incentive: fast 0.000/],
    ['no incentive at all', { ...good, miners: good.miners.map((one) => ({ ...one, incentive: 0 })) }, /no incentive to anybody/],
    ['a miner that hardly played', withMiner({ ...miner('flaky', 0.5), rounds: 1 }), /flaky miner played 1 rounds only/],
    ['a missing miner', { ...good, miners: good.miners.slice(1) }, /missing from the metagraph: fast$/],
    ['a picture that is no better than bicubic', { ...good, image: { ...good.image, psnrVsBicubicDb: 0 } }, /no better than bicubic/],
  ])('is not met by %s', (_name, summary, finding) => expect(findingsOf(summary).join('; ')).toMatch(finding));
});

describe('the spectator', () => {
  const metagraph = {
    block: { number: 40 },
    nextEpochBlock: 45,
    neurons: [
      { uid: 0, hotkey: 'a validator', incentive: 0 },
      { uid: 1, hotkey: 'one', incentive: 0.7 },
      { uid: 2, hotkey: 'two', incentive: 0.3 },
    ],
  };
  const spectator = new Spectator(
    new Map([
      ['one', 'fast'],
      ['two', 'few-steps'],
      ['three', 'newcomer'],
    ]),
    { metagraph: async () => metagraph } as unknown as Chain,
  );

  it('puts together what the validator says and what stands on the chain, by operation too', async () => {
    const row = (hotkey: string, rounds: number) => ({ uid: 9, hotkey, rounds, meanReward: 1, weight: 0.5, incentive: 0 });
    spectator.listen({ vision: 'scoreboard', judged: 3, weightsBlock: 38, rows: [row('one', 3), row('two', 1)] });
    spectator.listen({ vision: 'verdict', synapse: 'Upscale', rewards: [{ hotkey: 'one', value: 1.25 }] });
    spectator.listen({ vision: 'verdict', synapse: 'Upscale', rewards: [{ hotkey: 'one', value: 0.75 }] });
    const drawn = [
      { hotkey: 'one', value: 1.25 },
      { hotkey: 'two', value: 0.25 },
    ];
    spectator.listen({ vision: 'verdict', synapse: 'TextToImage', rewards: drawn });
    spectator.listen({ vision: 'verdict', synapse: 'Uncrop', rewards: [{ hotkey: 'two', value: 0.5 }] });
    const { miners, rewards, rounds, block } = await spectator.standing();
    expect({ rounds, block }).toEqual({ rounds: 3, block: 40 });
    expect(miners.map(({ uid, kind, incentive }) => [uid, kind, incentive])).toEqual([
      [1, 'fast', 0.7],
      [2, 'few-steps', 0.3],
    ]);
    expect(Object.fromEntries(rewards.get(1)!)).toEqual({ Upscale: 1, TextToImage: 1.25 });
    expect(Object.fromEntries(rewards.get(2)!)).toEqual({ TextToImage: 0.25, others: 0.5 });
    expect(spectator.fewestRounds(['fast', 'few-steps'])).toBe(1);
    expect(spectator.fewestRounds(['fast', 'newcomer'])).toBe(0);
  });
});

describe('a process of the demo', () => {
  const start = (name: string, script: string) =>
    startProcess({ name, args: ['-e', script], cwd: folder.path, logFile: join(folder.path, `${name}.log`) });

  it('that dies early is reported with its last words', async () => {
    const child = start('doomed', 'for (let i = 0; i < 30; i++) console.error("line " + i); process.exit(3)');
    const error = await child.ready.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'VISION_CLI_DEMO_PROCESS_DIED',
      message: expect.stringMatching(/doomed ended early \(exit code 3\).*\n.*line 18\n(.*\n)*.*line 29/),
    });
    expect(await readFile(join(folder.path, 'doomed.log'), 'utf8')).toContain('line 0\n');
  });

  it('says where it listens, and ends on SIGTERM without being reported', async () => {
    const child = start(
      'good',
      'process.send({ vision: "ready", host: "127.0.0.1", port: 7 }); process.on("SIGTERM", () => process.exit(0)); setInterval(() => {}, 1e6)',
    );
    expect(await child.ready).toMatchObject({ host: '127.0.0.1', port: 7 });
    const died = child.died.then(
      () => 'died',
      () => 'died',
    );
    await child.stop();
    expect(await Promise.race([died, Promise.resolve('quiet')])).toBe('quiet');
  });

  it('that cannot be started at all is reported too', async () => {
    const child = startProcess({
      name: 'nowhere',
      args: ['-e', '0'],
      cwd: join(folder.path, 'missing'),
      logFile: join(folder.path, 'nowhere.log'),
    });
    await expect(child.ready).rejects.toMatchObject({ code: 'VISION_CLI_DEMO_PROCESS_DIED' });
    await child.stop();
  });

  it('is not started any more once the demo has ended: nobody would stop it', async () => {
    const children = new Children({ configs: folder.path, logs: folder.path });
    const started = children.start({ name: 'late', role: 'miner', config: {} });
    await children[Symbol.asyncDispose]();
    await expect(started).rejects.toMatchObject({ name: 'AbortError' });
    expect(existsSync(join(folder.path, 'late.log'))).toBe(false);
  });
});

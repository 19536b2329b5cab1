import { randomBytes } from 'node:crypto';
import { defaultPlugins } from '../default-plugins.ts';
import { modulePath } from '../package-root.ts';
import type { Kind } from './summary.ts';

const UPSCALE = '@vision-sdk/plugin-upscale';
/** Plugins that draw from words alone. */
const PAINTERS: readonly string[] = ['@vision-sdk/plugin-sdxl-turbo', '@vision-sdk/plugin-kandinsky'];
/** Much more than the work takes on a busy machine, so that slow is slow whatever else runs. */
const SLOW_DELAY_MS = 900;
const FLAKY_FAILURE_RATE = 0.5;
/** So that a lucky answer of the flaky one does not beat the fast one by the noise of a busy machine. */
const FLAKY_DELAY_MS = 400;
const STEP_SHARE = 0.25;

/** A plugin as a config names it: with options, or by path alone. */
export type PluginEntry = string | [string, Record<string, unknown>];

/** A miner of the demo: what it is up to, and the plugins that make it so. */
export interface Player {
  readonly kind: Kind;
  readonly plugins: readonly PluginEntry[];
  /** Its model that is loaded before the first request. */
  readonly pinned: readonly string[];
  /** Secret seed of its hotkey. */
  readonly seed: string;
}

/** The miners that compete from the start, each with a key of its own. */
export function cast(): readonly Player[] {
  const drawing = { inner: painters(), serves: ['TextToImage'] };
  const both = { inner: [[UPSCALE, {}], ...drawing.inner], serves: ['Upscale', ...drawing.serves] };
  return [
    wrapped('fast', both),
    wrapped('slow', { ...both, delayMs: SLOW_DELAY_MS }),
    wrapped('flaky', { ...both, delayMs: FLAKY_DELAY_MS, failureRate: FLAKY_FAILURE_RATE }),
    { kind: 'cheater', plugins: [modulePath('demo/bicubic-upscale')], pinned: ['bicubic-upscale'], seed: newSeed() },
    wrapped('few-steps', { ...drawing, inner: painters().map(withAnySteps), stepShare: STEP_SHARE }),
    wrapped('other-seed', { ...drawing, otherSeed: true }),
  ];
}

/** An honest miner that comes later and serves all that this package has models for. */
export function newcomer(): Player {
  return { kind: 'newcomer', plugins: everyModel(), pinned: [], seed: newSeed() };
}

/** Plugins with models, as any config has them that names none. */
export function everyModel(): readonly PluginEntry[] {
  return defaultPlugins().filter(([name]) => name !== '@vision-sdk/plugin-local-chain');
}

/** A secret of this run: the demo needs no wallet. */
export function newSeed(): string {
  return `0x${randomBytes(32).toString('hex')}`;
}

function painters(): readonly [string, Record<string, unknown>][] {
  return defaultPlugins().filter(([name]) => PAINTERS.includes(name));
}

/** A model has its own opinion of steps that it was not made for; this one is told that all are well. */
function withAnySteps([name, options]: [string, Record<string, unknown>]): [string, Record<string, unknown>] {
  const ranges = options.ranges as { readonly steps?: readonly [number, number] } | undefined;
  return [name, { ...options, ranges: { ...ranges, steps: [1, ranges?.steps?.[1] ?? 50] } }];
}

function wrapped(kind: Kind, options: Record<string, unknown>): Player {
  return { kind, plugins: [[modulePath('demo/wrapped'), options]], pinned: ['wrapped'], seed: newSeed() };
}

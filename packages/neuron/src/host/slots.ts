import { availableParallelism, totalmem } from 'node:os';
import type { VisionError } from '@vision-sdk/core';
import { systemClock } from './clock.ts';
import { didYouMean } from './did-you-mean.ts';
import type { DispatcherLimits, DispatcherOptions } from './dispatcher-types.ts';
import { fail } from './errors.ts';
import { formatMemorySize, parseMemorySize } from './memory-size.ts';
import { ModelSlot } from './model-slot.ts';
import { type DeviceBudget, type ModelNeeds, type Placement, placementsOf, placePinned } from './placement.ts';
import type { RegisteredModel } from './registry.ts';
import { startWorker } from './worker.ts';

const DEFAULT_LIMITS: DispatcherLimits = {
  loadTimeoutMs: 600_000,
  cancelGraceMs: 5000,
  stopGraceMs: 2000,
  backoffMs: 1000,
  maxCrashes: 3,
  attempts: 2,
};
const DEFAULT_QUEUE = 32;

/** A device as the dispatcher knows it. */
export interface Device extends DeviceBudget {
  readonly threads: number;
  readonly queue: number;
}

/** The devices of a config with defaults filled in. */
export function devicesOf({ devices, queue, threads }: Pick<DispatcherOptions, 'devices' | 'queue' | 'threads'>): readonly Device[] {
  return Object.entries(devices ?? { cpu: {} }).map(([id, given]) => ({
    id,
    memoryBytes: (given.memory === undefined ? undefined : parseMemorySize(given.memory)) ?? Math.floor(totalmem() / 2),
    threads: given.threads ?? threads ?? availableParallelism(),
    queue: given.queue ?? queue ?? DEFAULT_QUEUE,
  }));
}

/** One slot for each model that some device can hold; the others are named in the log. Throws for a config that names unknown models or cannot be met. */
export function createSlots(options: DispatcherOptions, devices: readonly Device[], onDeath: () => void): ReadonlyMap<string, ModelSlot> {
  const { placed, refused } = planModels(options, devices);
  for (const { needs, error } of refused) options.log.warn({ model: needs.id, hint: error.hint }, `${error.message} It is not served.`);
  return new Map(placed.map((model) => [model.needs.id, new ModelSlot({ ...slotBasics(options, devices), ...model, onDeath })] as const));
}

/**
 * What to say of each model of a config that no device can hold, beside those that are pinned. Nothing is started. Throws what a neuron with this
 * config throws when it starts: `VISION_HOST_MODEL_UNKNOWN`, `VISION_HOST_PLACEMENT`, `VISION_HOST_DOES_NOT_FIT` and `VISION_HOST_PINNED_TOO_LARGE`.
 */
export function modelsWithoutRoom(options: PlanOptions): readonly VisionError[] {
  return planModels(options, devicesOf(options)).refused.map(({ error }) => error);
}

/** What decides where models may go. */
export type PlanOptions = Pick<DispatcherOptions, 'registry' | 'devices' | 'placement' | 'pinned' | 'queue' | 'threads'>;

interface Placed extends Candidate {
  readonly pinnedTo: Placement | undefined;
}

interface Refused {
  readonly needs: ModelNeeds;
  readonly error: VisionError;
}

function planModels(
  options: PlanOptions,
  devices: readonly Device[],
): { readonly placed: readonly Placed[]; readonly refused: readonly Refused[] } {
  checkNames(options);
  const candidates = [...options.registry.models.values()].map((entry) => candidateOf(entry, options, devices));
  const isPinned = ({ needs }: Candidate) => options.pinned?.includes(needs.id) ?? false;
  const pinned = placePinned(
    candidates.filter(isPinned).map(({ needs, placements }) => ({ ...needs, options: placements })),
    devices,
  );
  const models = candidates.map((candidate) => {
    const pinnedTo = pinned.get(candidate.needs.id);
    const placements = pinnedTo === undefined ? besidePinned(candidate.placements, [...pinned.values()], devices) : [pinnedTo];
    return { ...candidate, placements, pinnedTo };
  });
  return {
    placed: models.filter(({ placements }) => placements.length > 0),
    refused: models.filter(({ placements }) => placements.length === 0).map(({ needs }) => ({ needs, error: tooLarge(needs, devices) })),
  };
}

interface Candidate {
  readonly entry: RegisteredModel;
  readonly needs: ModelNeeds;
  readonly placements: readonly Placement[];
}

function slotBasics(options: DispatcherOptions, devices: readonly Device[]) {
  return {
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    clock: options.clock ?? systemClock,
    log: options.log,
    weightsDirectory: options.weightsDirectory ?? '~/.cache/vision-sdk/weights',
    threadsOf: (id: string) => devices.find((device) => device.id === id)?.threads ?? 1,
    start: (start: Parameters<typeof startWorker>[0]) => startWorker(start, options.isolate ?? true),
  };
}

function checkNames({ registry, placement = {}, pinned = [] }: PlanOptions): void {
  const known = [...registry.models.keys()];
  const check = (model: string, where: string) => {
    if (!registry.models.has(model)) throw fail('MODEL_UNKNOWN', { model, where, known, near: didYouMean(model, known) });
  };
  for (const model of Object.keys(placement)) check(model, '"placement"');
  for (const model of pinned) check(model, '"pinned"');
}

/** No placements where nothing can hold the model. Throws where the config asks for it by name. */
function candidateOf(entry: RegisteredModel, options: PlanOptions, devices: readonly Device[]): Candidate {
  const needs = needsOf(entry);
  const wish = options.placement?.[needs.id];
  const placements = placementsOf(needs, devices, wish);
  if (placements.length === 0 && (wish !== undefined || options.pinned?.includes(needs.id))) throw tooLarge(needs, devices);
  return { entry, needs, placements };
}

function needsOf({ model }: RegisteredModel): ModelNeeds {
  const bytes = (size: string) => parseMemorySize(size) ?? 0;
  const components = Object.entries(model.resources.components ?? {}).map(([name, size]) => [name, bytes(size)] as const);
  return { id: model.id, memoryBytes: bytes(model.resources.memory), components: Object.fromEntries(components) };
}

/** Placements that can come about while the pinned models stay where they are. */
function besidePinned(placements: readonly Placement[], pinned: readonly Placement[], devices: readonly Device[]): readonly Placement[] {
  const left = devices.map(({ id, memoryBytes }) => ({
    id,
    memoryBytes: memoryBytes - pinned.reduce((sum, { footprint }) => sum + (footprint.get(id) ?? 0), 0),
  }));
  return placements.filter(({ footprint }) =>
    [...footprint].every(([id, bytes]) => bytes <= (left.find((device) => device.id === id)?.memoryBytes ?? 0)),
  );
}

function tooLarge(needs: ModelNeeds, devices: readonly Device[]): VisionError {
  const sizes = devices.map(({ id, memoryBytes }) => `${id} has ${formatMemorySize(memoryBytes)}`);
  return fail('DOES_NOT_FIT', { model: needs.id, memory: formatMemorySize(needs.memoryBytes), devices: sizes });
}

import { type AnySynapse, type FilterDefinition, silentLog } from '@vision-sdk/core';
import { expect, it } from 'vitest';
import { createDispatcher } from '../../src/host/dispatcher.ts';
import { helplessFilters } from '../../src/host/filters.ts';
import { createRegistry } from '../../src/host/registry.ts';
import { fakePlugin, SYNAPSES } from './fixtures/fake-models.ts';

const { A, B, C } = SYNAPSES as Readonly<Record<'A' | 'B' | 'C', AnySynapse>>;
const calling = (id: string, calls: readonly AnySynapse[]): FilterDefinition => ({
  id,
  calls,
  create: () => Promise.reject(new Error('unused')),
});

it('filters are helpless whose models have no room, or do not exist; those that are not configured do not count', async () => {
  const plugin = fakePlugin([
    { id: 'small', serves: ['A'], memory: '1GiB' },
    { id: 'huge', serves: ['B'], memory: '99GiB' },
  ]);
  const filters = [calling('able', [A]), calling('cramped', [A, B]), calling('lonely', [C]), calling('unused', [C])];
  const registry = { ...(await createRegistry([plugin])), filters: new Map(filters.map((filter) => [filter.id, filter])) };
  await using dispatcher = await createDispatcher({ registry, log: silentLog, devices: { cpu: { memory: '8GiB' } } });
  expect(helplessFilters(registry, ['able', 'cramped', 'lonely'], (synapse) => dispatcher.serves(synapse))).toEqual([
    { filter: 'cramped', operation: 'B', models: ['huge'] },
    { filter: 'lonely', operation: 'C', models: [] },
  ]);
});

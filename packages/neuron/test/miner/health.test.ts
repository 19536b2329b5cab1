import { describe, expect, it } from 'vitest';
import { type HealthFacts, healthOf } from '../../src/miner/health.ts';

const facts: HealthFacts = {
  hotkey: '5F',
  uid: 3,
  draining: false,
  operations: 1,
  helpless: [],
  open: 0,
  stats: { devices: [], models: [] },
  age: { block: 7, ageMs: 5, problem: 'wss://node.example/?key=secret is gone' },
};

describe('a filter that cannot work', () => {
  it('is a problem that names the model without room', () => {
    const { body } = healthOf({
      ...facts,
      age: { block: 7, ageMs: 5 },
      helpless: [{ filter: 'nsfw', operation: 'SafetyCheck', models: ['safety-checker'] }],
    });
    expect(JSON.parse(body)).toMatchObject({
      ok: true,
      problems: ['the filter nsfw cannot work and may withhold every answer: it calls SafetyCheck, and safety-checker fits on no device'],
    });
  });
});

describe('/health, which everybody can read', () => {
  it('says that the chain is silent, and nothing of its address', () => {
    const { body } = healthOf(facts);
    expect(JSON.parse(body)).toMatchObject({
      problems: ['the chain does not answer; the log says why'],
      chain: { block: 7, ageMs: 5 },
    });
    expect(body).not.toContain('secret');
  });
});

import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/validator/metrics.ts';
import { hotkeyOf } from './goldens.ts';

describe('the figures of a validator', () => {
  it('count rounds, rewards, answers and weights by what happened', async () => {
    const { observe, text, contentType } = createMetrics();
    const round = { id: 'r', synapse: 'Upscale', origin: 'synthetic' } as const;
    const rewards = [1.25, 0.5].map((value, uid) => ({ hotkey: hotkeyOf(uid), value, reason: '' }));
    observe({ kind: 'resynced', block: 7, miners: 3 });
    observe({ kind: 'round-judged', ...round, rewards });
    observe({ kind: 'round-discarded', ...round, reason: 'nobody answered' });
    observe({ kind: 'round-discarded', ...round, reason: 'nobody answered' });
    const lines = (await text()).split('\n');
    for (const line of [
      'vision_validator_miners 3',
      'vision_validator_rounds_total{synapse="Upscale",origin="synthetic",outcome="judged"} 1',
      'vision_validator_rounds_total{synapse="Upscale",origin="synthetic",outcome="discarded"} 2',
      'vision_validator_rewards_total{synapse="Upscale",origin="synthetic"} 1.75',
    ])
      expect(lines).toContain(line);
    expect(contentType).toContain('text/plain');
  });

  it('are kept apart for validators of one process', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.observe({ kind: 'resynced', block: 1, miners: 5 });
    expect(await other.text()).toContain('vision_validator_miners 0');
  });
});

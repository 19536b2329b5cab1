import { describe, expect, it } from 'vitest';
import { reckonStakes } from '../src/reads/stakes.ts';
import { readRecording } from './support/recording.ts';
import { startReplay } from './support/replay.ts';
import { connectTo, KEYS } from './support/scenario.ts';
import { HALF, storage } from './support/storage.ts';

const TAO = 10 ** 9;
const NETUID = 19;

describe('stakes reckoned from storage', () => {
  it('are alpha, and TAO at the root by its weight', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 3 * TAO,
      'totalHotkeyAlpha a 0': 10 * TAO,
      'totalHotkeyAlpha b 19': 7,
      taoWeight: HALF,
    });
    expect(await reckonStakes(state, NETUID, ['a', 'b'])).toEqual({ stakes: [7_999_999_997n, 7n], parts: 'root' });
  });

  it('go to child keys and come from parents, in the subnet or not', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 100 * TAO,
      'totalHotkeyAlpha away 19': 8 * TAO,
      'childKeys a 19': [[HALF, 'b']],
      'parentKeys b 19': [
        [HALF, 'a'],
        [HALF, 'away'],
      ],
    });
    expect(await reckonStakes(state, NETUID, ['a', 'b'])).toEqual({ stakes: [50_000_000_023n, 53_999_999_974n], parts: 'family' });
  });

  it('never fall below nothing', async () => {
    const state = storage({
      'totalHotkeyAlpha a 19': 100,
      'childKeys a 19': [
        ['0xffffffffffffffff', 'b'],
        [HALF, 'c'],
      ],
    });
    expect((await reckonStakes(state, NETUID, ['a']))?.stakes).toEqual([0n]);
  });

  it('are not to be had where the runtime keeps something else', async () => {
    expect(await reckonStakes(storage({}, { without: 'taoWeight' }), NETUID, ['a'])).toBeUndefined();
  });
});

it.each([
  ['runtime-143', 1_000_000_000_000n],
  ['runtime-293', 514_607_250_391n],
])('%s, recorded, shows the stake that was added, in rao', async (name, rao) => {
  const recording = readRecording(name);
  await using node = await startReplay(recording);
  await using chain = await connectTo(node.url, recording.netuid);
  const { neurons } = await chain.metagraph();
  const validator = neurons.find(({ hotkey }) => hotkey === KEYS.validator.address);
  expect(validator?.stakeRao).toBe(rao);
});

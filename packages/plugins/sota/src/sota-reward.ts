import { createHash } from 'node:crypto';
import type { Answer, JudgeContext, Reward, RewardModelDefinition, Round } from '@vision-sdk/core';
import type { Sota } from '@vision-sdk/core/synapses';
import { decodeImage } from '@vision-sdk/image';
import { cappedFetch } from './capped-fetch.ts';
import { allowedAddress } from './image-address.ts';
import type { SotaOptions } from './options.ts';

/** Reward of an answer without a right picture. */
const FLOOR = 0.25;
/** Below so many milliseconds a right picture is worth so much; nothing from the last one on. */
const STEPS: readonly (readonly [belowMs: number, value: number])[] = [
  [60_000, 1.25],
  [120_000, 1],
  [180_000, 0.75],
];

/** What an answer earns, by the rules of Vision 2.0.7. */
export function sotaReward(latencyMs: number, right: boolean): number {
  if (!right) return FLOOR;
  return STEPS.find(([belowMs]) => latencyMs < belowMs)?.[1] ?? 0;
}

type SotaAnswer = Answer<typeof Sota>;

/**
 * The reward model `sota`: a picture counts when it lies at an allowed address, decodes, is large enough and was never paid before. Fetches allowed addresses
 * only, without following redirects. Whether the picture fits the prompt is not checked.
 */
export function sotaRewardModel(options: SotaOptions): RewardModelDefinition {
  return {
    id: 'sota',
    judges: ['Sota'],
    create: () => {
      const paid = new Paid(options.check.remembered);
      return {
        judge: async (round, context) => judge(round as Round<typeof Sota>, context, { options, paid }),
        [Symbol.asyncDispose]: async () => {},
      };
    },
  };
}

interface Court {
  readonly options: SotaOptions;
  readonly paid: Paid;
}

/** Pictures are fetched all at once; then the fastest answers first, so that a copy never earns more than what it copies. */
async function judge(round: Round<typeof Sota>, context: JudgeContext, { options, paid }: Court): Promise<readonly Reward[]> {
  const exhibits = await Promise.all(round.answers.map(async (answer) => ({ answer, exhibit: await exhibitOf(answer, context, options) })));
  const byTime = exhibits.toSorted((a, b) => a.answer.latencyMs - b.answer.latencyMs);
  const rewards = new Map(byTime.map(({ answer, exhibit }) => [answer, rewardOf(answer, exhibit, paid)]));
  return round.answers.map((answer) => rewards.get(answer)!);
}

function rewardOf({ neuron: { hotkey }, latencyMs }: SotaAnswer, exhibit: Exhibit, paid: Paid): Reward {
  if ('flaw' in exhibit) return { hotkey, value: FLOOR, accepted: false, reason: exhibit.flaw };
  if (!paid.take(exhibit.digest)) return { hotkey, value: FLOOR, accepted: false, reason: 'this picture was paid before' };
  // Not known to be accepted: nobody looked whether it fits the prompt.
  return { hotkey, value: sotaReward(latencyMs, true), reason: `a new picture after ${Math.round(latencyMs / 1000)} s` };
}

type Exhibit = { readonly digest: string } | { readonly flaw: string };

async function exhibitOf({ outcome }: SotaAnswer, { signal, log }: JudgeContext, { images, check }: SotaOptions): Promise<Exhibit> {
  if (!outcome.ok) return { flaw: `no response (${outcome.failure})` };
  const address = allowedAddress(outcome.response.image_url ?? '', images);
  if (address === undefined) return { flaw: 'no picture at an allowed address' };
  try {
    const fetching = AbortSignal.any([signal, AbortSignal.timeout(check.timeoutMs)]);
    const bytes = await cappedFetch(address.href, { maxBytes: check.maxBytes, signal: fetching });
    const { width, height, data } = await decodeImage(bytes, { caps: { maxPixels: check.maxPixels } });
    if (Math.min(width, height) < check.minSide) return { flaw: `a picture of ${width} x ${height} pixels only` };
    // Of the pixels: another compression, another comment or another address makes no other picture.
    return { digest: createHash('sha256').update(`${width}x${height}:`).update(data).digest('base64') };
  } catch (error) {
    signal.throwIfAborted();
    log.info({ host: address.host, error: String(error) }, 'a picture could not be checked');
    return { flaw: 'no readable picture at the address' };
  }
}

/** Digests of pictures that were paid, the newest so many. */
class Paid {
  readonly #digests = new Set<string>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** False for one that was taken before. */
  take(digest: string): boolean {
    if (this.#digests.has(digest)) return false;
    this.#digests.add(digest);
    if (this.#digests.size > this.#most) this.#digests.delete(this.#digests.values().next().value!);
    return true;
  }
}

import { silentLog } from '../../contract/log.ts';
import type { Answer, Reward, RewardModelDefinition, Round } from '../../contract/reward.ts';
import type { AnySynapse } from '../../contract/synapse.ts';
import { ClipEmbeddings } from '../../synapses/clip-embeddings.ts';
import { Upscale } from '../../synapses/upscale.ts';
import { type Check, type Complain, check } from '../check.ts';
import { PICTURE } from '../fakes/picture.ts';
import { fakeAnswer, fakeJudgeContext } from '../fakes/round.ts';

const IMAGE = { error_message: null, image_b64s: [PICTURE], clip_embeddings: null, image_hashes: null };
const VECTOR = { error_message: null, image_embeddings: [[0.6, 0.8]] };

/** Something to judge: an operation, a request and a right answer to it. */
export interface Judged {
  readonly synapse: AnySynapse;
  readonly request: unknown;
  readonly good: unknown;
}

/** Offers what a reward model may judge, by the synapse's name; the picture operations of core are always there. */
export type JudgedByName = Readonly<Record<string, () => Promise<Judged>>>;

const BUILT_IN: JudgedByName = {
  [Upscale.name]: async () => ({ synapse: Upscale, request: { image: PICTURE }, good: IMAGE }),
  [ClipEmbeddings.name]: async () => ({ synapse: ClipEmbeddings, request: { image_b64s: [PICTURE] }, good: VECTOR }),
};

/** What a reward model promises whatever miners send. `own` are the operations that the plugin itself serves. */
export function checksOfReward(reward: RewardModelDefinition, own: JudgedByName): readonly Check[] {
  const offered = { ...own, ...BUILT_IN };
  const name = Object.keys(offered).find((candidate) => reward.judges === '*' || reward.judges.includes(candidate));
  const judged = name === undefined ? undefined : offered[reward.judges === '*' ? Upscale.name : name];
  if (judged === undefined) return [];
  return Object.entries(CASES).map(([title, answersTo]) =>
    check(`${reward.id}: gives every miner one reward (${title})`, async (complain) => {
      const { synapse, request, good } = await judged();
      const answers = answersTo(good);
      await using model = await reward.create({ log: silentLog });
      const round: Round = { synapse, request, origin: 'synthetic', answers };
      checkRewards(
        await model.judge(
          round,
          fakeJudgeContext(async () => good),
        ),
        answers,
        complain,
      );
    }),
  );
}

const failed = (uid: number): Answer => fakeAnswer(uid, { ok: false, failure: 'timeout', detail: 'no answer' });
const answered = (uid: number, response: unknown): Answer => fakeAnswer(uid, { ok: true, response }, 100 * uid);

const CASES: Readonly<Record<string, (good: unknown) => readonly Answer[]>> = {
  'two right answers': (good) => [answered(1, good), answered(2, good)],
  'one right, one failed': (good) => [answered(1, good), failed(2)],
  'no answer at all': () => [failed(1), failed(2)],
  'rubbish instead of an answer': (good) => [answered(1, rubbishOf(good)), answered(2, good)],
  'a single answer': (good) => [answered(1, good)],
};

function checkRewards(rewards: readonly Reward[], answers: readonly Answer[], complain: Complain): void {
  const expected = answers.map(({ neuron }) => neuron.hotkey).sort();
  const found = rewards.map(({ hotkey }) => hotkey).sort();
  if (expected.join() !== found.join())
    throw complain(`rewards went to [${found}], the answers came from [${expected}].`, 'Return one reward for each answer.');
  const odd = rewards.find(({ value }) => !Number.isFinite(value) || value < 0);
  if (odd !== undefined) throw complain(`${odd.hotkey} got ${odd.value}.`, 'Return finite values of at least 0.');
  const unclear = rewards.find(({ accepted }) => accepted !== undefined && typeof accepted !== 'boolean');
  if (unclear !== undefined)
    throw complain(`${unclear.hotkey} has ${JSON.stringify(unclear.accepted)} as accepted.`, 'Give true or false, or leave accepted out.');
}

/** The same form with other contents: no picture, no numbers, other words. */
function rubbishOf(good: unknown): unknown {
  if (Array.isArray(good)) return [];
  if (typeof good === 'string') return 'bm90IGFuIGltYWdl';
  if (typeof good === 'number') return 0;
  if (typeof good !== 'object' || good === null) return good;
  return Object.fromEntries(
    Object.entries(good).map(([key, value]) => [key, Array.isArray(value) ? value.map(rubbishOf) : rubbishOf(value)]),
  );
}

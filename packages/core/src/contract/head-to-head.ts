import type { Answer, JudgeContext, Reward, RewardModel, Round } from './reward.ts';
import type { AnySynapse, RequestOf, ResponseOf } from './synapse.ts';

/** What comparing two responses shows. */
export interface Comparison {
  /** They are the same generation. Near misses are not. */
  readonly same: boolean;
  /** Partial credit for a response that is not the same as the reference, 0 to 1; it is paid out, so 0 for anything a cheap imitation reaches. */
  readonly similarity: number;
}

/** What a comparison may use besides the two responses. */
export interface CompareContext<S extends AnySynapse> {
  readonly request: RequestOf<S>;
  /** Runs a pipeline of this validator, such as CLIP. */
  readonly call: JudgeContext<S>['call'];
  readonly signal: AbortSignal;
}

/** Compares two responses to one request. Gets only responses without a {@link HeadToHeadOptions.flaw}. */
export type Compare<S extends AnySynapse> = (
  left: ResponseOf<S>,
  right: ResponseOf<S>,
  context: CompareContext<S>,
) => Comparison | Promise<Comparison>;

/** What winning and losing is worth, and what counts as an answer. Defaults are Vision 2.0.7's. */
export interface HeadToHeadOptions<S extends AnySynapse> {
  /** The fastest right answer earns 1 + bonus, every other right one 1 - bonus. Default 0.25. */
  readonly bonus?: number;
  /** Least reward of any answer, and the reward of one without a usable response. Default 0.25. */
  readonly floor?: number;
  /** Chance to check answers against the reference although they agree, 0 to 1. Default: the validator's own rate. */
  readonly auditRate?: number | ((round: Round<S>) => number);
  /** Why a response cannot be compared at all (no image, does not decode), or undefined when it can. Default: never. */
  readonly flaw?: (response: ResponseOf<S>, request: RequestOf<S>) => string | undefined | Promise<string | undefined>;
  /** True when a reference shows that withholding was right (the validator's own filter withheld it too). Default: never. */
  readonly withholds?: (reference: ResponseOf<S>) => boolean;
}

interface Rules<S extends AnySynapse> {
  readonly bonus: number;
  readonly floor: number;
  readonly auditRate: HeadToHeadOptions<S>['auditRate'];
  readonly flaw: NonNullable<HeadToHeadOptions<S>['flaw']>;
  readonly withholds: NonNullable<HeadToHeadOptions<S>['withholds']>;
}

/** An answer as far as it is understood: `response` to be compared, `withheld` to be checked, or neither. */
interface Entry<S extends AnySynapse> {
  readonly answer: Answer<S>;
  readonly response?: ResponseOf<S>;
  readonly withheld: boolean;
  readonly complaint: string;
}

interface Verdict {
  readonly right: boolean;
  readonly similarity: number;
  readonly reason: string;
}

const RIGHT: Verdict = { right: true, similarity: 1, reason: 'same generation' };

/**
 * Makes a reward model of a pairwise comparison, by the rules of Vision 2.0.7: of the right answers the fastest wins; answers that agree are believed except on
 * an audit; answers that disagree, stand alone or claim to be withheld are checked against the validator's own reference. Only right answers are accepted.
 */
export function headToHead<S extends AnySynapse>(compare: Compare<S>, options: HeadToHeadOptions<S> = {}): RewardModel<S> {
  const rules = withDefaults(options);
  return {
    judge: async (round, context) => {
      const entries = await Promise.all(round.answers.map((answer) => examine(answer, round.request, rules)));
      const verdicts = await verdictsOf(entries, { round, context, compare, rules });
      return rewards(entries, verdicts, rules);
    },
    [Symbol.asyncDispose]: async () => {},
  };
}

function withDefaults<S extends AnySynapse>(options: HeadToHeadOptions<S>): Rules<S> {
  return {
    bonus: options.bonus ?? 0.25,
    floor: options.floor ?? 0.25,
    auditRate: options.auditRate,
    flaw: options.flaw ?? (() => undefined),
    withholds: options.withholds ?? (() => false),
  };
}

async function examine<S extends AnySynapse>(answer: Answer<S>, request: RequestOf<S>, { flaw }: Rules<S>): Promise<Entry<S>> {
  const { outcome } = answer;
  if (!outcome.ok) {
    return { answer, withheld: outcome.failure === 'withheld', complaint: `no response (${outcome.failure})` };
  }
  const complaint = await flaw(outcome.response, request);
  if (complaint !== undefined) return { answer, withheld: false, complaint: `unusable response: ${complaint}` };
  return { answer, withheld: false, complaint: '', response: outcome.response };
}

interface Case<S extends AnySynapse> {
  readonly round: Round<S>;
  readonly context: JudgeContext<S>;
  readonly compare: Compare<S>;
  readonly rules: Rules<S>;
}

async function verdictsOf<S extends AnySynapse>(entries: readonly Entry<S>[], trial: Case<S>): Promise<readonly Verdict[]> {
  const claims = entries.filter((entry) => entry.withheld || entry.response !== undefined);
  if (claims.length === 0) return entries.map(rejected);
  if ((await agree(claims, trial)) && !audited(trial)) {
    return entries.map((entry) => (entry.response === undefined ? rejected(entry) : RIGHT));
  }
  const reference = await trial.context.reference();
  return Promise.all(entries.map((entry) => checked(entry, reference, trial)));
}

/** Two answers or more, none of them a claim to withhold, all the same generation. */
async function agree<S extends AnySynapse>(claims: readonly Entry<S>[], { round, context, compare }: Case<S>): Promise<boolean> {
  const [first, ...others] = claims;
  if (first === undefined || others.length === 0 || claims.some((claim) => claim.withheld)) return false;
  for (const other of others) {
    const { same } = await compare(first.response, other.response, compareContext(round, context));
    if (!same) return false;
  }
  return true;
}

function audited<S extends AnySynapse>({ round, context, rules }: Case<S>): boolean {
  const rate = typeof rules.auditRate === 'function' ? rules.auditRate(round) : (rules.auditRate ?? context.auditRate);
  return context.random() < rate;
}

async function checked<S extends AnySynapse>(entry: Entry<S>, reference: ResponseOf<S>, trial: Case<S>): Promise<Verdict> {
  const { round, context, compare, rules } = trial;
  const withhold = rules.withholds(reference);
  if (entry.withheld) return withhold ? { ...RIGHT, reason: 'rightly withheld' } : rejected(entry);
  if (entry.response === undefined) return rejected(entry);
  if (withhold) return { right: false, similarity: 0, reason: 'should have been withheld' };
  const { same, similarity } = await compare(entry.response, reference, compareContext(round, context));
  return same ? RIGHT : { right: false, similarity: partial(similarity), reason: 'different generation' };
}

function compareContext<S extends AnySynapse>({ request }: Round<S>, { call, signal }: JudgeContext<S>): CompareContext<S> {
  return { request, call, signal };
}

function rejected<S extends AnySynapse>({ complaint }: Entry<S>): Verdict {
  return { right: false, similarity: 0, reason: complaint };
}

function partial(similarity: number): number {
  return similarity > 0 ? Math.min(similarity, 1) : 0;
}

function rewards<S extends AnySynapse>(entries: readonly Entry<S>[], verdicts: readonly Verdict[], rules: Rules<S>): readonly Reward[] {
  const winner = winnerOf(entries, verdicts);
  return entries.map(({ answer }, index) => {
    const { right, similarity, reason } = verdicts[index] as Verdict;
    const factor = winner === undefined ? 1 : index === winner ? 1 + rules.bonus : 1 - rules.bonus;
    const place = winner === index ? ', fastest' : '';
    const value = Math.max(similarity * factor, rules.floor);
    return { hotkey: answer.neuron.hotkey, value, accepted: right, reason: `${reason}${place}` };
  });
}

/** Index of the fastest right answer; of equally fast ones the last, as in Vision. An answer without a measured time comes last. */
function winnerOf<S extends AnySynapse>(entries: readonly Entry<S>[], verdicts: readonly Verdict[]): number | undefined {
  let winner: number | undefined;
  let best = Number.POSITIVE_INFINITY;
  for (const [index, { answer }] of entries.entries()) {
    const latencyMs = Number.isNaN(answer.latencyMs) ? Number.POSITIVE_INFINITY : answer.latencyMs;
    if (verdicts[index]?.right !== true || latencyMs > best) continue;
    winner = index;
    best = latencyMs;
  }
  return winner;
}

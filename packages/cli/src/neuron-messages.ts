/** What a started neuron tells a supervisor that holds an IPC channel. */
export type NeuronMessage = { readonly vision: 'ready'; readonly host: string; readonly port: number } | ScoreMessage | VerdictMessage;

/** What a validator gave for the answers of one round. */
export interface VerdictMessage {
  readonly vision: 'verdict';
  /** Name of the operation. */
  readonly synapse: string;
  readonly rewards: readonly { readonly hotkey: string; readonly value: number }[];
}

/** The scoreboard of a validator, whenever it changes. */
export interface ScoreMessage {
  readonly vision: 'scoreboard';
  /** Rounds judged since the start. */
  readonly judged: number;
  /** Block of the last weights; absent before the first. */
  readonly weightsBlock?: number;
  readonly rows: readonly ScoreRow[];
}

/** One miner as a validator sees it; shares are 0 to 1. */
export interface ScoreRow {
  readonly uid: number;
  readonly hotkey: string;
  readonly rounds: number;
  readonly meanReward: number;
  readonly weight: number;
  readonly incentive: number;
}

/** Tells the supervisor, if there is one. */
export function tellSupervisor(message: NeuronMessage): void {
  process.send?.(message, undefined, undefined, () => undefined);
}

/** True for a message of a neuron. */
export function isNeuronMessage(value: unknown): value is NeuronMessage {
  return typeof value === 'object' && value !== null && 'vision' in value;
}

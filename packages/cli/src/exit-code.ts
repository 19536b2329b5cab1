import { VisionError } from '@vision-sdk/core';

/** What the process says to a script when it ends. Documented in docs/cli.md and in `vision --help`. */
export const ExitCode = {
  ok: 0,
  /** Something ran and failed. */
  failure: 1,
  /** Unknown command, flag or value. */
  usage: 2,
  /** The config file is missing, unreadable or wrong. */
  config: 3,
  /** The chain or the wallet said no. */
  chain: 4,
  /** This machine lacks something: Node, ONNX Runtime, a device, a port, disk. */
  environment: 5,
  /** Stopped by ctrl-C. */
  interrupted: 130,
} as const;

/** One of the exit codes above. */
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const EXACT: Readonly<Record<string, ExitCode>> = {
  VISION_CLI_VALIDATOR_UNREACHABLE: ExitCode.failure,
  VISION_CLI_VALIDATOR_REFUSED: ExitCode.failure,
  VISION_CLI_RESPONSE_EMPTY: ExitCode.failure,
  VISION_CLI_PLUGIN_UNKNOWN: ExitCode.usage,
  VISION_CLI_DEMO_MISBEHAVED: ExitCode.failure,
  VISION_CLI_DEMO_TIMEOUT: ExitCode.failure,
  VISION_CLI_DEMO_PROCESS_DIED: ExitCode.failure,
  VISION_CLI_INTERRUPTED: ExitCode.interrupted,
};

/** The first pattern that fits an error's code decides. */
const PATTERNS: readonly (readonly [RegExp, ExitCode])[] = [
  [/^VISION_(WALLET|LOCAL_CHAIN|CHAIN|SUBTENSOR)_|_BAD_KEY$|_NOT_REGISTERED$/, ExitCode.chain],
  [/^VISION_ONNX_|_LISTEN$|PORT_IN_USE|^VISION_HOST_(WEIGHTS_MISSING|LOAD_|DISK)/, ExitCode.environment],
  [
    /^VISION_DIFFUSION_(MISSING_FOLDER|MISSING_COMPONENT|BROKEN_COMPONENT|BAD_CONFIG|BAD_VOCABULARY|CONTROL_MISMATCH)$/,
    ExitCode.environment,
  ],
  [/^VISION_GPU_DIGEST_INVALID$/, ExitCode.usage],
  [/^VISION_GPU_(?!FETCH_FAILED|NO_DIGEST|DIGEST_MISMATCH|PACKAGE_BROKEN)/, ExitCode.environment],
  [/^VISION_HUB_(NO_SPACE|UNWRITABLE|OFFLINE)$/, ExitCode.environment],
  [/^VISION_HUB_LICENCE_NOT_ACCEPTED$/, ExitCode.usage],
  [/^VISION_HUB_NAME_INVALID$/, ExitCode.config],
  [/^VISION_HOST_(NOT_SERVED|REQUEST_INVALID|NOT_ACCEPTED)$/, ExitCode.usage],
  [/^VISION_HOST_(QUEUE_FULL|STOPPED|JOB_FAILED|RESPONSE_INVALID|WORKER_DIED|MODEL_BROKEN)$/, ExitCode.failure],
  [/^VISION_(HOST|VALIDATOR|MINER)_/, ExitCode.config],
  [/^VISION_(CLI|IMAGE|UPSCALE)_/, ExitCode.usage],
];

/** Maps anything that was thrown to the exit code that fits it. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!VisionError.is(error)) return ExitCode.failure;
  return EXACT[error.code] ?? PATTERNS.find(([pattern]) => pattern.test(error.code))?.[1] ?? ExitCode.failure;
}

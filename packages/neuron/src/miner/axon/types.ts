import type { AnySynapse, AxonEndpoint, ChunkOf, Hotkey, Log, RequestOf, ResponseOf } from '@vision-sdk/core';
import type { Keypair } from '../../wire/keypair.ts';
import type { NonceJournal } from '../../wire/nonce-store.ts';

/** Who sent a request. Hotkey, uuid and nonce are verified by the signature; version and timeout are the caller's word. */
export interface Caller {
  readonly hotkey: Hotkey;
  readonly uuid: string;
  readonly nonce: bigint;
  /** Version integer of the peer's software, 10002000 for 10.2.0. */
  readonly version: number | undefined;
  /** Address of the other end of the connection. */
  readonly ip: string;
  /** How long the caller waits; never more than the axon's cap. */
  readonly timeoutMs: number;
}

/** What becomes of a verified caller: a place with a priority, or a refusal. */
export type Admission =
  | {
      readonly admitted: true;
      readonly priority: number;
      /** Called once, when the request has ended in whatever way. */
      release(): void;
    }
  | { readonly admitted: false; readonly status: 403 | 429 | 503; readonly reason: string; readonly retryAfterSeconds?: number };

/** What `forward` gets besides the request. */
export interface ForwardCall<S extends AnySynapse> {
  readonly caller: Caller;
  readonly priority: number;
  /** Aborted when the caller hangs up, the deadline passes or the axon closes. */
  readonly signal: AbortSignal;
  /** Sends one piece of a stream; only for synapses with a chunk schema. */
  emit(chunk: ChunkOf<S>): void;
}

/** How an axon serves one synapse. */
export interface AxonRoute<S extends AnySynapse> {
  readonly synapse: S;
  /** A reason to refuse this hotkey with 403 before any cryptography; the hotkey is not verified yet. Must be cheap. */
  early?(hotkey: string): string | undefined;
  /** Decides about a verified caller. Without it everybody verified is admitted with priority 0. */
  admit?(caller: Caller): Admission | Promise<Admission>;
  /** Answers a validated request. To refuse, throw `refuse(...)`; other errors become a 500 that tells the caller nothing. */
  forward(request: RequestOf<S>, call: ForwardCall<S>): Promise<ResponseOf<S>>;
}

/** Limits of an axon. */
export interface AxonCaps {
  /** Largest request body. Default 32 MiB. */
  readonly maxBodyBytes: number;
  /** Largest block of request headers. Default 16 KiB. */
  readonly maxHeaderBytes: number;
  /** Deepest nesting of a body. Default 32. */
  readonly maxDepth: number;
  /** Most values in a body, whatever their size. Default 65,536. */
  readonly maxValues: number;
  /** Longest a forward may take, whatever timeout the caller names. Default 120 s. */
  readonly maxTimeoutMs: number;
  /** Time for a request's headers to arrive. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** Time for a whole request to arrive. Default 60 s. */
  readonly requestTimeoutMs: number;
  /** Idle time after which a connection is closed; Python peers keep theirs for 15 s. Default 25 s. */
  readonly keepAliveTimeoutMs: number;
  /** Hotkeys whose nonces are remembered. Default 4096. */
  readonly maxHotkeys: number;
  /** Uuids whose nonces are remembered for one hotkey. Default 1024. */
  readonly maxUuidsPerHotkey: number;
}

/** Answer of a plain route, outside the protocol. */
export interface PlainResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** What an axon needs. */
export interface AxonOptions {
  readonly keypair: Keypair;
  // biome-ignore lint/suspicious/noExplicitAny: routes of several synapses meet here
  readonly routes: readonly AxonRoute<any>[];
  /** Who may ping (the `Synapse` route); without it, everybody with a valid signature. */
  readonly ping?: Pick<AxonRoute<AnySynapse>, 'early' | 'admit'>;
  /** Accept nonces of Bittensor before 7.2, which count the sender's uptime. Their replays are refused only while remembered. Default false. */
  readonly legacyUptimeNonces?: boolean;
  /** Where used nonces outlive the process. Without one they are in memory only. */
  readonly nonces?: NonceJournal | undefined;
  readonly caps?: Partial<AxonCaps>;
  /** The address callers reach, as told in response headers. Default: the address listened on. */
  readonly externalAddress?: AxonEndpoint;
  /** GET routes without signature, such as `/health` and `/metrics`. */
  readonly plainRoutes?: Readonly<Record<`/${string}`, () => Promise<PlainResponse>>>;
  /** Told of every finished request: for metrics. */
  readonly onServed?: (served: { readonly synapse: string; readonly status: number; readonly milliseconds: number }) => void;
  readonly log: Log;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

/** A running axon. */
export interface Axon extends AsyncDisposable {
  /** Starts to listen; port 0 takes a free one. Resolves with the address in use. Throws `VISION_WIRE_PORT_IN_USE` or `VISION_WIRE_LISTEN_FAILED`. */
  listen(endpoint: AxonEndpoint): Promise<AxonEndpoint>;
  /** Stops accepting and waits for running requests; after `graceMs` (default 10 s) aborts what is left. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

const BRAND = Symbol.for('vision-sdk.error');
const DOCS = 'docs/errors.md';

/** What an error says. Both functions get the typed details. */
export interface ErrorText<Details> {
  /** What happened, one sentence. */
  readonly message: (details: Details) => string;
  /** What to do about it, one sentence. */
  readonly hint: (details: Details) => string;
  /**
   * `request` where whoever asked is at fault and not who works for them, as with a picture that cannot be read: miners and gateways then answer so, with the
   * message. It crosses the network, so it must tell nothing of the machine, such as paths.
   */
  readonly fault?: 'request';
}

/** A package's error catalogue: code without the namespace -> texts. */
// biome-ignore lint/suspicious/noExplicitAny: the details differ by code and are erased here
export type ErrorCatalog = Readonly<Record<string, ErrorText<any>>>;

/** The details that an error of this catalogue entry carries. */
export type ErrorDetails<C extends ErrorCatalog, K extends keyof C> = Parameters<C[K]['message']>[0];

/** Creates errors of one package. */
export interface Fail<C extends ErrorCatalog> {
  <K extends keyof C & string>(code: K, details: ErrorDetails<C, K>, options?: ErrorOptions): VisionError;
  /** Prefix of every code, such as `VISION_CHAIN`. */
  readonly namespace: string;
  /** Full codes, for the documentation test. */
  readonly codes: readonly string[];
}

/** A {@link VisionError} as plain data, for another process or a log. */
export interface VisionErrorJson {
  readonly name: 'VisionError';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly details: unknown;
  readonly docs: string;
  readonly fault?: 'request';
}

/** The one error class of the SDK. Branch on `code`, never on the message. */
export class VisionError extends Error {
  override readonly name = 'VisionError';
  /** Stable for ever once released, such as `VISION_HOST_PLUGIN_NOT_FOUND`. */
  readonly code: string;
  readonly details: unknown;
  /** What to do. */
  readonly hint: string;
  /** Where to read more, relative to the project. */
  readonly docs: string;
  /** `request` where whoever asked is at fault: see {@link ErrorText}. */
  declare readonly fault?: 'request';

  constructor(text: Omit<VisionErrorJson, 'name' | 'docs'>, options?: ErrorOptions) {
    super(text.message, options);
    this.code = text.code;
    this.details = text.details;
    this.hint = text.hint;
    if (text.fault !== undefined) this.fault = text.fault;
    this.docs = `${DOCS}#${text.code.toLowerCase()}`;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** True for an error of any installed copy of core; with a code, only for that one. */
  static is(error: unknown, code?: string): error is VisionError {
    if (typeof error !== 'object' || error === null || !(BRAND in error)) return false;
    return code === undefined || (error as unknown as VisionError).code === code;
  }

  /** Rebuilds an error that crossed a process boundary. */
  static fromJSON(json: VisionErrorJson, options?: ErrorOptions): VisionError {
    return new VisionError(json, options);
  }

  toJSON(): VisionErrorJson {
    const { name, code, message, hint, details, docs, fault } = this;
    return { name, code, message, hint, details, docs, ...(fault === undefined ? {} : { fault }) };
  }
}

/** Declares a package's errors. `fail('RATE_LIMIT', { blocks: 3 })` returns an error with the code `<namespace>_RATE_LIMIT`; the caller throws it. */
export function defineErrors<const C extends ErrorCatalog>(namespace: string, catalog: C): Fail<C> {
  const fail = <K extends keyof C & string>(code: K, details: ErrorDetails<C, K>, options?: ErrorOptions): VisionError => {
    const text = catalog[code] as ErrorText<ErrorDetails<C, K>>;
    const said = { code: `${namespace}_${code}`, message: text.message(details), hint: text.hint(details), details };
    return new VisionError(text.fault === undefined ? said : { ...said, fault: text.fault }, options);
  };
  return Object.assign(fail, { namespace, codes: Object.keys(catalog).map((code) => `${namespace}_${code}`) });
}

/** The message for a log or a prompt: what happened, what to do, where to read. Takes anything that was thrown. */
export function explain(error: unknown): string {
  if (VisionError.is(error)) return `${error.message}\n  What to do: ${error.hint}\n  Read: ${error.docs} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}

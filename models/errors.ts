/**
 * Whose move it is after an error, so that callers can choose an exit code or an HTTP status:
 * - `usage`: the call was wrong (a flag, an option, a combination): exit code 2, HTTP 400
 * - `data`: what was given can't be read or doesn't fit (a net, images, a bundle): exit code 1, HTTP 4xx
 * - `environment`: the machine lacks something (an engine, disk, a port): exit code 1, HTTP 5xx
 */
export type ErrorKind = 'usage' | 'data' | 'environment';

/** Exit codes of programs, by whose move it is. */
const EXIT_CODES: Readonly<Record<ErrorKind, number>> = { usage: 2, data: 1, environment: 1 };

/**
 * What errors are called for programs, and whose move it is after each. Codes stay what they mean from version to version; words may change.
 * docs/errors.md says what each means.
 */
export const ERROR_CODES = {
  USAGE_WRONG: 'usage',
  ALPHA_TOO_SMALL: 'usage',
  KEY_UNUSABLE: 'usage',
  KEY_NEEDED: 'usage',
  TOKENS_UNUSABLE: 'usage',
  OUTPUT_EXISTS: 'usage',
  BUNDLE_NET_MISSING: 'usage',
  DATA_UNUSABLE: 'data',
  NET_UNUSABLE: 'data',
  NET_NOT_FOUND: 'data',
  NET_FORMAT_UNSUPPORTED: 'data',
  NET_FILE_DAMAGED: 'data',
  NET_ARCHITECTURE_NEEDED: 'data',
  NET_CONFIG_UNSUPPORTED: 'data',
  NET_LAYER_UNSUPPORTED: 'data',
  NET_WEIGHTS_MISFIT: 'data',
  NET_SHAPE_UNSUPPORTED: 'data',
  NET_NOT_TRAINABLE: 'data',
  NET_LIMIT_EXCEEDED: 'data',
  NET_TOO_LARGE: 'data',
  NET_NOT_REPAIRED: 'data',
  NET_ANSWERS_NAN: 'data',
  IMAGES_UNUSABLE: 'data',
  IMAGES_NOT_FOUND: 'data',
  IMAGES_EMPTY: 'data',
  IMAGES_TOO_FEW: 'data',
  IMAGES_FILE_DAMAGED: 'data',
  IMAGES_FORMAT_UNSUPPORTED: 'data',
  IMAGES_ARRAY_UNKNOWN: 'data',
  IMAGES_SHAPE_MISFIT: 'data',
  IMAGES_PIXELS_UNUSABLE: 'data',
  IMAGES_UNREADABLE: 'data',
  LABELS_MISSING: 'data',
  LABELS_UNUSABLE: 'data',
  LABELS_MISFIT: 'data',
  CLASSES_MISFIT: 'data',
  IMAGE_EMPTY: 'data',
  IMAGE_TOO_LARGE: 'data',
  IMAGE_TOO_MANY_PIXELS: 'data',
  IMAGE_UNSUPPORTED_TYPE: 'data',
  IMAGE_TRUNCATED: 'data',
  IMAGE_ANIMATED: 'data',
  IMAGE_UNDECODABLE: 'data',
  BUNDLE_UNUSABLE: 'data',
  BUNDLE_NOT_FOUND: 'data',
  BUNDLE_DAMAGED: 'data',
  BUNDLE_CHANGED: 'data',
  BUNDLE_FORMAT_UNKNOWN: 'data',
  BUNDLE_UNTRUSTED: 'data',
  SIGNATURE_BAD: 'data',
  STORE_NOT_FOUND: 'data',
  STORE_PUT_BACK: 'data',
  STORE_POINTER_DAMAGED: 'data',
  JOB_UNUSABLE: 'data',
  INPUT_NOT_FOUND: 'data',
  ENVIRONMENT_UNUSABLE: 'environment',
  ENGINE_UNAVAILABLE: 'environment',
  ENGINE_DIFFERS: 'environment',
  OUTPUT_UNWRITABLE: 'environment',
  STORE_UNAVAILABLE: 'environment',
  STORE_BUSY: 'environment',
  S3_UNAVAILABLE: 'environment',
  KMS_UNAVAILABLE: 'environment',
  PORT_UNAVAILABLE: 'environment',
} as const satisfies Record<string, ErrorKind>;

/** What an error is called for programs. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** Where nothing more is known of an error than whose move it is. */
const OF_KIND: Readonly<Record<ErrorKind, ErrorCode>> = {
  usage: 'USAGE_WRONG',
  data: 'DATA_UNUSABLE',
  environment: 'ENVIRONMENT_UNUSABLE',
};

interface ErrorOptions {
  readonly code?: ErrorCode | undefined;
  readonly kind?: ErrorKind | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An error meant for a person: the message says what was wrong and where, the hint what to do about it. Programs go by its code.
 * Everything GoodNet refuses on purpose is one of these; anything else that is thrown is a defect.
 */
export class GoodNetError extends Error {
  override readonly name: string = 'GoodNetError';
  /** What it is called for programs: stable, where words are not. */
  readonly code: ErrorCode;
  readonly kind: ErrorKind;
  /** What would help, as a full sentence; printed after the message. */
  readonly hint: string | undefined;

  constructor(message: string, { code, kind, hint, cause }: ErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind ?? (code === undefined ? 'data' : ERROR_CODES[code]);
    this.code = code ?? OF_KIND[this.kind];
    this.hint = hint;
  }
}

/** The call itself was wrong; the command line exits with 2. */
export class UsageError extends GoodNetError {
  override readonly name = 'UsageError';
  constructor(message: string, options: Omit<ErrorOptions, 'kind'> = {}) {
    super(message, { ...options, kind: 'usage' });
  }
}

/** A net, its file or its architecture can't be used; the message names the file, and the layer where there is one. */
export class NetError extends GoodNetError {
  override readonly name = 'NetError';
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'NET_UNUSABLE' });
  }
}

/** Images or labels can't be used; the message names the file and the row or image. */
export class ImageError extends GoodNetError {
  override readonly name = 'ImageError';
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'IMAGES_UNUSABLE' });
  }
}

/** A bundle is damaged, incomplete, or of a format that this version can't read. */
export class BundleError extends GoodNetError {
  override readonly name: string = 'BundleError';
  constructor(message: string, options: ErrorOptions = {}) {
    super(message, { ...options, code: options.code ?? 'BUNDLE_UNUSABLE' });
  }
}

/** Codes that say no more than what is wrong: a net, images, a bundle, something. */
const GENERAL: readonly ErrorCode[] = [
  ...Object.values(OF_KIND),
  'NET_UNUSABLE',
  'IMAGES_UNUSABLE',
  'BUNDLE_UNUSABLE',
];

/**
 * Does a piece of work whose refusals have a code of their own.
 * @throws what the work throws; an error of it that has a general code gets this one
 */
export function coded<T>(code: ErrorCode, work: () => T): T {
  const name = (error: unknown): never => {
    if (error instanceof GoodNetError && error.kind === ERROR_CODES[code] && GENERAL.includes(error.code))
      (error as { code: ErrorCode }).code = code;
    throw error;
  };
  try {
    const done = work();
    return done instanceof Promise ? (done.catch(name) as T) : done;
  } catch (error) {
    return name(error);
  }
}

/** An error as programs read it, in JSON. */
export interface ErrorDetails {
  /** One of ERROR_CODES; `UNEXPECTED` for a defect. */
  readonly code: ErrorCode | 'UNEXPECTED';
  readonly message: string;
  readonly hint?: string | undefined;
}

/** What anything thrown is, for programs. */
export function detailsOf(error: unknown): ErrorDetails {
  if (!(error instanceof GoodNetError)) return { code: 'UNEXPECTED', message: messageOf(error) };
  const { code, message, hint } = error;
  return { code, message, ...(hint !== undefined && { hint }) };
}

/** The code that a program exits with after anything thrown. */
export function exitCodeOf(error: unknown): number {
  return EXIT_CODES[error instanceof GoodNetError ? error.kind : 'environment'];
}

/** The message of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

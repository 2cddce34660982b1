/**
 * Whose move it is after an error, so that callers can choose an exit code or an HTTP status:
 * - `usage`: the call was wrong (a flag, an option, a combination): exit code 2, HTTP 400
 * - `data`: what was given can't be read or doesn't fit (a net, images, a bundle): exit code 1, HTTP 4xx
 * - `environment`: the machine lacks something (an engine, disk, a port): exit code 1, HTTP 5xx
 */
export type ErrorKind = 'usage' | 'data' | 'environment';

/**
 * An error meant for a person: the message says what was wrong and where, the hint what to do about it.
 * Everything GoodNet refuses on purpose is one of these; anything else that is thrown is a defect.
 */
export class GoodNetError extends Error {
  override readonly name: string = 'GoodNetError';
  readonly kind: ErrorKind;
  /** What would help, as a full sentence; printed after the message. */
  readonly hint: string | undefined;

  constructor(message: string, options: { kind?: ErrorKind; hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = options.kind ?? 'data';
    this.hint = options.hint;
  }
}

/** The call itself was wrong; the command line exits with 2. */
export class UsageError extends GoodNetError {
  override readonly name = 'UsageError';
  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, { ...options, kind: 'usage' });
  }
}

/** A net, its file or its architecture can't be used; the message names the file, and the layer where there is one. */
export class NetError extends GoodNetError {
  override readonly name = 'NetError';
}

/** Images or labels can't be used; the message names the file and the row or image. */
export class ImageError extends GoodNetError {
  override readonly name = 'ImageError';
}

/** A bundle is damaged, incomplete, or of a format that this version can't read. */
export class BundleError extends GoodNetError {
  override readonly name = 'BundleError';
}

/** The message of anything thrown, without a stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

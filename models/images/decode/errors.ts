import { type ErrorCode, GoodNetError } from '../../errors';

/** Why an image was not taken. */
export type RejectReason =
  | 'empty'
  | 'too-large'
  | 'too-many-pixels'
  | 'unsupported-type'
  | 'truncated'
  | 'animated'
  | 'undecodable';

/** An image that can't be classified; the message is fit for whoever sent it. */
export class ImageRejected extends GoodNetError {
  override readonly name = 'ImageRejected';
  constructor(
    readonly reason: RejectReason,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, { ...options, code: imageCode(reason) });
  }
}

export function cutShort(cause?: unknown): ImageRejected {
  return new ImageRejected('truncated', 'The image is cut short: its end is missing', { cause });
}

/** The code of why an image was not taken: `IMAGE_TOO_LARGE`. */
function imageCode(reason: RejectReason): ErrorCode {
  const name = reason.toUpperCase().replaceAll('-', '_') as ImageCodeName<RejectReason>;
  return `IMAGE_${name}`;
}

/** `too-large` → `TOO_LARGE`, in types, so that a reason without a code does not compile. */
type ImageCodeName<T extends string> = T extends `${infer Head}-${infer Tail}`
  ? `${Uppercase<Head>}_${ImageCodeName<Tail>}`
  : Uppercase<T>;

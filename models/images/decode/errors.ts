import { GoodNetError } from '../../errors';

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
    super(message, { ...options, kind: 'data' });
  }
}

export function cutShort(cause?: unknown): ImageRejected {
  return new ImageRejected('truncated', 'The image is cut short: its end is missing', { cause });
}

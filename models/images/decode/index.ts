export { decodeImage, decodeRenderings } from './decode';
export { ImageRejected, type RejectReason } from './errors';
export type { ImageType } from './image-types';
export { isLarge } from './is-large';
export type { ImageLimits } from './limits';
export { lookAt } from './look-at';
export { RENDERINGS, type Rendered } from './renderings';
export { otherType, SNIFF_BYTES, sniffImage } from './sniff';

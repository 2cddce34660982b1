export { decodeImage } from './decode';
export { ImageRejected, type RejectReason } from './errors';
export type { ImageLimits } from './limits';
export { type ImageType, otherType, SNIFF_BYTES, sniffImage } from './sniff';

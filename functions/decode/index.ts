export { decodeImage, type ImageLimits } from './decode';
export { ImageRejected, type RejectReason } from './errors';
export { type ImageType, otherType, SNIFF_BYTES, sniffImage } from './sniff';

export { decodeImage, type ImageLimits } from './decode';
export { ImageRejected, type RejectReason } from './errors';
export { type ImageType, SNIFF_BYTES, sniffImage } from './sniff';

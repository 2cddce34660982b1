export { architectures } from './architectures';
export type { OwnClassNames } from './class-names';
export { inspectNet } from './inspect';
export { loadNet } from './load';
export type { LoadedNet } from './loaded-net';
export { isOfCode } from './notes';
export { checkTrainable } from './trainable';
export type {
  ImageSize,
  LayerDescription,
  LoadNetOptions,
  NetDescription,
  NetFormat,
  NetOutput,
  WeightDescription,
} from './types';

export { architectures } from './architectures';
export type { OwnClassNames } from './class-names';
export { inspectNet } from './inspect';
export { loadNet } from './load';
export { isOfCode } from './notes';
export { checkTrainable } from './trainable';
export type {
  ImageSize,
  LayerDescription,
  LoadedNet,
  LoadNetOptions,
  NetDescription,
  NetFormat,
  NetOutput,
  WeightDescription,
} from './types';

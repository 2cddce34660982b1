export { architectures } from './architectures';
export { inspectNet } from './inspect';
export { loadNet } from './load';
export type {
  LayerDescription,
  LoadedNet,
  LoadNetOptions,
  NetDescription,
  NetFormat,
  NetOutput,
  WeightDescription,
} from './types';

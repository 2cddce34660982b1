export { inspectOnnx } from './inspect';
export { loadOnnx } from './load';
export { onnxFiles } from './open';
export { knownOperators } from './translate';

export { inspectOnnx } from './inspect';
export { loadOnnx } from './load';
export { onnxFiles } from './onnx-file';
export { knownOperators } from './translate';

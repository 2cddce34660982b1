/** Built as a program of its own, TensorFlow.js's wasm engine inside, ONNX Runtime beside it where that is installed (scripts/build.mjs): it takes less memory so. */
export { serveUntilStopped } from './serve';

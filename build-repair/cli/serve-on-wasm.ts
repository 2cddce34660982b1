/** Built as a program of its own, TensorFlow.js's wasm engine inside (scripts/build.mjs): it takes less memory so. */
export { serveUntilStopped } from './serve';

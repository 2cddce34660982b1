/** Where the arithmetic is done: tfjs-node (libtensorflow), WebAssembly (XNNPACK), or plain JavaScript. */
export const engineNames = ['node', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

/** The TensorFlow.js backend that runs in this process. */
export interface Engine {
  readonly name: EngineName;
  /** Version of TensorFlow.js. */
  readonly version: string;
  /** For people: `TensorFlow.js 4.22.0 on wasm (XNNPACK, SIMD)`. */
  readonly description: string;
}

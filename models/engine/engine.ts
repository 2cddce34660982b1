import type { OnnxRuntime } from './onnx';

/** TensorFlow.js's backends: tfjs-node (libtensorflow), WebAssembly (XNNPACK), or plain JavaScript. */
export type BackendName = 'node' | 'wasm' | 'cpu';

/** What may be asked for: ONNX Runtime, which answers beside a TensorFlow.js that trains, or one TensorFlow.js for all. */
export const engineNames = ['onnx', 'node', 'wasm', 'cpu'] as const;
export type EngineName = (typeof engineNames)[number];

/** The TensorFlow.js backend that runs in this process. */
export interface TensorFlow {
  readonly name: BackendName;
  /** Version of TensorFlow.js. */
  readonly version: string;
  /** For people: `TensorFlow.js 4.22.0 on wasm (XNNPACK, SIMD)`. */
  readonly description: string;
}

/** What runs in this process: TensorFlow.js, which loads nets and trains, and what answers images, which is the same or ONNX Runtime. */
export interface Engine extends TensorFlow {
  /** For people, both: `ONNX Runtime 1.30.0 (CPU), beside TensorFlow.js 4.22.0 on wasm (XNNPACK, SIMD)`. */
  readonly description: string;
  /** TensorFlow.js's own description. */
  readonly trains: string;
  /** Where it answers. */
  readonly onnx?: OnnxRuntime | undefined;
}

import * as tf from '@tensorflow/tfjs-core';
import type { WasmBackend } from '../../wasm-backend';
import { binary } from './binary';

/** The kernels of kernels.as: addresses in wasm's memory, then sizes in values. */
interface Exports {
  filterGradient(x: number, dy: number, dw: number, ...sizes: number[]): void;
  depthwiseFilterGradient(x: number, dy: number, dw: number, ...sizes: number[]): void;
  depthwiseInputGradient(dy: number, filter: number, dx: number, ...sizes: number[]): void;
  sumRows(x: number, out: number, rows: number, columns: number): void;
  maxPoolPairs(x: number, dy: number, dx: number, ...sizes: number[]): void;
}

/** As much of WebAssembly as is used: the types of Node.js 20 leave it out. */
interface WebAssemblyApi {
  Memory: new () => object;
  Module: new (binary: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { readonly exports: object };
}

type Info = tf.TensorInfo;
type Conv2DInfo = tf.backend_util.Conv2DInfo;

/** The project's own SIMD kernels, on the tensors of the wasm backend. Outputs are given, and filled. */
export class SimdKernels {
  private readonly kernels: Exports;

  /** @throws Error when the backend's memory isn't where tfjs-backend-wasm 4.22 has it */
  constructor(private readonly backend: WasmBackend) {
    const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi })
      .WebAssembly;
    const memory = Object.values(backend.wasm.asm).find((item) => item instanceof Memory);
    if (memory === undefined) throw new Error('The memory of the wasm backend is not where it used to be');
    const module = new Module(Buffer.from(binary, 'base64'));
    this.kernels = new Instance(module, { env: { memory } }).exports as unknown as Exports;
  }

  /** Gradient of a convolution's filter; x must be padded already. */
  filterGradient(x: Info, dy: Info, dw: Info, info: Conv2DInfo): void {
    this.kernels.filterGradient(this.at(x), this.at(dy), this.at(dw), ...sizes(x, info));
  }

  /** Gradient of a depthwise convolution's filter; x must be padded already. */
  depthwiseFilterGradient(x: Info, dy: Info, dw: Info, info: Conv2DInfo): void {
    this.kernels.depthwiseFilterGradient(this.at(x), this.at(dy), this.at(dw), ...sizes(x, info));
  }

  /** Gradient of a depthwise convolution's padded input; dx must hold zeros. */
  depthwiseInputGradient(dy: Info, filter: Info, dx: Info, info: Conv2DInfo): void {
    this.kernels.depthwiseInputGradient(this.at(dy), this.at(filter), this.at(dx), ...sizes(dx, info));
  }

  /** Sums over all axes but the last; `out` holds as many values as that has. */
  sumRows(x: Info, out: Info): void {
    const columns = tf.util.sizeFromShape(out.shape);
    this.kernels.sumRows(this.at(x), this.at(out), tf.util.sizeFromShape(x.shape) / columns, columns);
  }

  /** Gradient of max pooling by 2 × 2 without overlap or padding; dx must hold zeros. */
  maxPoolPairs(x: Info, dy: Info, dx: Info, info: Conv2DInfo): void {
    const { batchSize, inHeight, inWidth, outHeight, outWidth, inChannels } = info;
    const sizes = [batchSize, inHeight, inWidth, outHeight, outWidth, inChannels];
    this.kernels.maxPoolPairs(this.at(x), this.at(dy), this.at(dx), ...sizes);
  }

  private at({ dataId }: Info): number {
    return this.backend.dataIdMap.get(dataId).memoryOffset;
  }
}

function sizes(padded: Info, info: Conv2DInfo): number[] {
  const { outHeight, outWidth, outChannels, filterHeight, filterWidth, strideHeight, strideWidth } = info;
  const out = [outHeight, outWidth, outChannels];
  return [...padded.shape, ...out, filterHeight, filterWidth, strideHeight, strideWidth];
}

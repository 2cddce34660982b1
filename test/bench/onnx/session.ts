import { createRequire } from 'node:module';
import type { Clouds, DetectorNets } from '../../../models/detector/nets';
import { detectorOnnx } from './detector';
import { installedOnnxRuntime } from './install.mjs';

interface OnnxTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
  dispose(): void;
}

/** What is used of onnxruntime-node's interface. */
interface OnnxRuntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(file: Uint8Array, options: object): Promise<OnnxInference>;
  };
}

interface OnnxInference {
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** Outputs by name (`bad`, `repaired`, `expert`, `latent`, `trunk`), row by row. */
export type OnnxOutputs = Readonly<Record<string, Float32Array>>;

/** A detector's nets in onnxruntime-node. */
export interface OnnxSession {
  /** @param images n × height × width × channels values, scaled as the nets take them */
  run(images: Float32Array, n: number): Promise<OnnxOutputs>;
  close(): Promise<void>;
}

/**
 * Loads a detector's nets into onnxruntime-node.
 * @throws Error where it is not installed (see install.mjs)
 * @throws UnwrittenLayer
 */
export async function openOnnx(nets: DetectorNets, clouds: Clouds, threads: number): Promise<OnnxSession> {
  const folder = installedOnnxRuntime();
  if (!folder) throw new Error('onnxruntime-node is not installed');
  const { InferenceSession, Tensor } = createRequire(import.meta.url)(folder) as OnnxRuntime;
  const session = await InferenceSession.create(detectorOnnx(nets, clouds), {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
  });
  const { height, width, channels } = nets.shape;
  return {
    async run(images, n) {
      const answered = await session.run({
        images: new Tensor('float32', images, [n, height, width, channels]),
      });
      return Object.fromEntries(Object.entries(answered).map(([name, { data }]) => [name, data]));
    },
    close: () => session.release(),
  };
}

import { createRequire } from 'node:module';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import type { ToLogits } from '../../../models/detector/run';
import { CUT } from '../../../models/nets/features';
import { badOnnx, detectorOnnx, headOnnx } from './detector';
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

/** Outputs by name (see detectorOnnx), row by row. */
export type OnnxOutputs = Readonly<Record<string, Float32Array>>;

/** A detector's nets in onnxruntime-node. */
export interface OnnxSession {
  /** @param images n × height × width × channels values, scaled as the nets take them */
  run(images: Float32Array, n: number): Promise<OnnxOutputs>;
  /** B alone, on scaled images. */
  readonly bad: ToLogits;
  /** B from its cut on; B itself where images are cut. */
  readonly head: ToLogits;
  close(): Promise<void>;
}

/**
 * Loads a detector's nets into onnxruntime-node.
 * @throws Error where it is not installed (see install.mjs)
 * @throws UnwrittenLayer
 */
export async function openOnnx(nets: DetectorNets, parts: Parts, threads: number): Promise<OnnxSession> {
  const folder = installedOnnxRuntime();
  if (!folder) throw new Error('onnxruntime-node is not installed');
  const { InferenceSession, Tensor } = createRequire(import.meta.url)(folder) as OnnxRuntime;
  const create = (file: Uint8Array) =>
    InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
    });
  const session = await create(detectorOnnx(nets, parts));
  const opened = [session];
  const logitsOf = async (file: Uint8Array, shape: readonly number[]): Promise<ToLogits> => {
    const net = await create(file);
    opened.push(net);
    return async (rows, n) => {
      const { logits } = await net.run({ rows: new Tensor('float32', rows, [n, ...shape]) });
      return logits!.data;
    };
  };
  const { height, width, channels } = nets.shape;
  const bad = await logitsOf(badOnnx(nets), [height, width, channels]);
  const head =
    parts.transplant?.from === 'cut'
      ? await logitsOf(headOnnx(nets), nets.bad.outputs[CUT]!.shape.slice(1) as number[])
      : bad;
  return {
    bad,
    head,
    async run(images, n) {
      const answered = await session.run({
        images: new Tensor('float32', images, [n, height, width, channels]),
      });
      return Object.fromEntries(Object.entries(answered).map(([name, { data }]) => [name, data]));
    },
    async close() {
      for (const each of opened) await each.release();
    },
  };
}

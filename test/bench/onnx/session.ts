import { createRequire } from 'node:module';
import type { DetectorNets, Parts } from '../../../models/detector/nets';
import { type DetectorGraph, detectorGraph, logitsGraph } from '../../../models/detector/onnx/graph';
import type { Readers } from '../../../models/detector/readings';
import type { ToLogits } from '../../../models/detector/run';
import { findOnnxRuntime } from '../../../models/engine/onnx';
import { CUT, headBehindCut } from '../../../models/nets/features';

interface OnnxTensor {
  readonly data: Float32Array;
}

/** What is used of onnxruntime-node's interface. */
interface OnnxRuntime {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OnnxTensor;
  readonly InferenceSession: {
    create(file: Uint8Array, options: object): Promise<OnnxInference>;
  };
}

interface OnnxInference {
  readonly inputNames: readonly string[];
  run(feeds: Record<string, OnnxTensor>): Promise<Record<string, OnnxTensor>>;
  release(): Promise<void>;
}

/** A graph in plain onnxruntime-node. */
export interface PlainGraph {
  /** Its outputs by name, row by row. */
  run(rows: Float32Array, shape: readonly number[]): Promise<Readonly<Record<string, Float32Array>>>;
  close(): Promise<void>;
}

/** @throws Error where onnxruntime-node is not installed (`npm run setup:native`) */
export async function openPlain(file: Uint8Array, threads: number): Promise<PlainGraph> {
  const entry = findOnnxRuntime();
  if (!entry) throw new Error('onnxruntime-node is not installed: npm run setup:native');
  const { InferenceSession, Tensor } = createRequire(import.meta.url)(entry) as OnnxRuntime;
  const session = await InferenceSession.create(file, {
    executionProviders: ['cpu'],
    intraOpNumThreads: threads,
    graphOptimizationLevel: 'all',
  });
  return {
    async run(rows, shape) {
      const answered = await session.run({ [session.inputNames[0]!]: new Tensor('float32', rows, shape) });
      return Object.fromEntries(Object.entries(answered).map(([name, { data }]) => [name, data]));
    },
    close: () => session.release(),
  };
}

/** A detector's nets in plain onnxruntime-node. */
export interface PlainDetector extends Pick<DetectorGraph, 'outputs' | 'rows'> {
  /** @param images n × height × width × channels values, scaled as the nets take them */
  run(images: Float32Array, n: number): Promise<Readonly<Record<string, Float32Array>>>;
  /** B alone, on scaled images. */
  readonly bad: ToLogits;
  /** B from its cut on; B itself where images are cut. */
  readonly head: ToLogits;
}

/** @throws Error where onnxruntime-node is not installed, or can't run them */
export async function openDetector(
  nets: DetectorNets,
  parts: Parts,
  readers: Readers,
  threads: number,
): Promise<PlainDetector> {
  const further = { stem: nets.gallery !== undefined, latent: false, trunk: false };
  const { file, outputs, rows } = detectorGraph(nets, readers, further, true);
  const all = await openPlain(file, threads);
  const logitsOf = async (net: DetectorNets['bad']): Promise<ToLogits> => {
    const [, ...shape] = net.inputs[0]!.shape as number[];
    const graph = await openPlain(logitsGraph(net), threads);
    return async (given, n) => (await graph.run(given, [n, ...shape])).logits!;
  };
  const bad = await logitsOf(nets.bad);
  const head =
    parts.transplant?.from === 'cut' && nets.bad.outputs[CUT] ? await logitsOf(headBehindCut(nets.bad)) : bad;
  const { height, width, channels } = nets.shape;
  return { outputs, rows, bad, head, run: (images, n) => all.run(images, [n, height, width, channels]) };
}

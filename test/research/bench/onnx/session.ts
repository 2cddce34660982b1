import { createRequire } from 'node:module';
import type { DetectorNets, Parts } from '../../../../models/detector/nets';
import { type DetectorGraph, detectorGraph, logitsGraph } from '../../../../models/detector/onnx/graph';
import type { Readers } from '../../../../models/detector/readings';
import type { ToLogits } from '../../../../models/detector/run';
import { findOnnxRuntime } from '../../../../models/engine/onnx';
import { headBehindCut } from '../../../../models/nets/features';

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

// It sends nothing to anybody (models/engine/onnx.ts).
process.env.ORT_DISABLE_TELEMETRY ??= '1';

/** A detector's nets in plain onnxruntime-node. */
export interface PlainDetector extends Pick<DetectorGraph, 'outputs' | 'rows'> {
  readonly nets: DetectorNets;
  /** @param images n × height × width × channels values, scaled as the nets take them */
  run(images: Float32Array, n: number): Promise<Readonly<Record<string, Float32Array>>>;
  /** B alone, on scaled images. */
  readonly bad: ToLogits;
  /** B from its cut on; B itself where images are cut. */
  readonly head: ToLogits;
  close(): Promise<void>;
}

/** @throws Error where onnxruntime-node is not installed (`npm run setup:native`), or can't run them */
export async function openDetector(
  nets: DetectorNets,
  parts: Parts,
  readers: Readers,
  threads: number,
): Promise<PlainDetector> {
  const entry = findOnnxRuntime();
  if (!entry) throw new Error('onnxruntime-node is not installed: npm run setup:native');
  const { InferenceSession, Tensor } = createRequire(import.meta.url)(entry) as OnnxRuntime;
  const opened: OnnxInference[] = [];
  const open = async (file: Uint8Array, shape: readonly number[]) => {
    const session = await InferenceSession.create(file, {
      executionProviders: ['cpu'],
      intraOpNumThreads: threads,
      graphOptimizationLevel: 'all',
    });
    opened.push(session);
    const [input] = session.inputNames;
    return async (rows: Float32Array, n: number) => {
      const answered = await session.run({ [input!]: new Tensor('float32', rows, [n, ...shape]) });
      return Object.fromEntries(Object.entries(answered).map(([name, { data }]) => [name, data]));
    };
  };
  const logitsOf = async (net: DetectorNets['bad']): Promise<ToLogits> => {
    const run = await open(logitsGraph(net), net.inputs[0]!.shape.slice(1) as number[]);
    return async (rows, n) => (await run(rows, n)).logits!;
  };
  const further = { stem: nets.gallery !== undefined, latent: false, trunk: false };
  const { file, outputs, rows } = detectorGraph(nets, readers, further, true);
  const { height, width, channels } = nets.shape;
  const run = await open(file, [height, width, channels]);
  const bad = await logitsOf(nets.bad);
  const head = parts.transplant?.from === 'cut' ? await logitsOf(headBehindCut(nets.bad)) : bad;
  const close = async () => {
    for (const session of opened) await session.release();
  };
  return { nets, outputs, rows, run, bad, head, close };
}

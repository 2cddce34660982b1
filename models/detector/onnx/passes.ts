import type { OnnxRuntime, OnnxSession } from '../../engine/onnx';
import { messageOf } from '../../errors';
import { CUT, headBehindCut } from '../../nets/features';
import { UnwrittenLayer } from '../../onnx/layers/writer';
import { scaledPixels } from '../../pixels';
import type { LoadedTransplant } from '../evidence/transplant';
import { transplant as kind } from '../evidence/transplant';
import type { Transplant } from '../nets';
import { freeNets, type Passed, type Passes } from '../passes';
import type { Given } from '../readings';
import type { ToLogits } from '../run';
import { type DetectorGraph, detectorGraph, IMAGES, logitsGraph } from './graph';

/** Thrown where ONNX Runtime can't run a detector's nets: it says why. */
export class Unrunnable extends Error {
  override readonly name = 'Unrunnable';
}

/**
 * Passes on ONNX Runtime: one graph of all that a verdict asks of every image, and one each of what is asked of few, loaded when it
 * is asked for the first time. The nets' tensors are freed: what answers holds their weights.
 * @throws Unrunnable, and nothing is freed
 */
export async function onOnnx(onnx: OnnxRuntime, passed: Passed): Promise<Passes> {
  const { nets, readers, further, parts, isViewed } = passed;
  const { shape, classes, pixels: scaling } = nets;
  const { height, width, channels } = shape;
  const sizes = [height, width, channels];
  const fromCut = parts.transplant?.from === 'cut';
  const cutShape = nets.bad.outputs[CUT]?.shape.slice(1) as number[] | undefined;
  const { graph, bad, head, session } = await written(async () => {
    const graph = detectorGraph(nets, readers, further);
    const needsBad = isViewed || (parts.transplant && !fromCut);
    const bad = needsBad ? lazily(onnx, logitsGraph(nets.bad), sizes) : undefined;
    const head = fromCut ? lazily(onnx, logitsGraph(headBehindCut(nets.bad)), cutShape!) : undefined;
    return { graph, bad, head, session: await onnx.open(graph.file) };
  });
  freeNets(nets, readers);

  const run = async (images: Uint8Array | Float32Array, n: number): Promise<Given> => {
    const values = images instanceof Float32Array ? images : new Float32Array(images);
    const given = await session.run(values, [n, ...sizes]);
    return givenOf(graph, given, () => scaledPixels(images, channels, scaling));
  };
  let transplant: Promise<LoadedTransplant> | undefined;
  return {
    run,
    viewer: {
      shape,
      classes,
      logits: (images, n) => bad!.logits(scaledPixels(images, channels, scaling), n),
    },
    transplant() {
      transplant ??= load(parts.transplant!);
      return transplant;
    },
    free() {
      session.release();
      bad?.free();
      head?.free();
    },
  };

  async function load({ hosts, count }: Transplant): Promise<LoadedTransplant> {
    const features = (await run(hosts, count)).rows.get(kind.name)!;
    const of = (fromCut ? cutShape : sizes) as [number, number, number];
    const { logits } = fromCut ? head! : bad!;
    return { logits, shape: of, classes, count, hosts: features };
  }
}

async function written<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    const why = error instanceof UnwrittenLayer ? error.message : `it says ${messageOf(error)}`;
    throw new Unrunnable(`ONNX Runtime can't run the nets: ${why}`, { cause: error });
  }
}

/** @param scaled the scaled images, where they are asked for */
function givenOf(
  { outputs, rows }: DetectorGraph,
  given: Awaited<ReturnType<OnnxSession['run']>>,
  scaled: () => Float32Array,
): Given {
  const own = Object.fromEntries(Object.entries(outputs).map(([key, name]) => [key, given[name]]));
  const taken = Array.from(rows, ([of, name]) => [of, name === IMAGES ? scaled() : given[name]!] as const);
  return { ...(own as Omit<Given, 'rows'>), rows: new Map(taken) };
}

/** A net that is loaded when it is asked for the first time. @param shape of one of its rows */
function lazily(
  onnx: OnnxRuntime,
  file: Uint8Array,
  shape: readonly number[],
): { logits: ToLogits; free(): void } {
  let left: Uint8Array | undefined = file;
  let opening: Promise<OnnxSession> | undefined;
  return {
    async logits(rows, n) {
      opening ??= onnx.open(left!);
      left = undefined;
      const { logits } = await (await opening).run(rows, [n, ...shape]);
      return logits!;
    },
    free() {
      left = undefined;
      opening?.then((session) => session.release()).catch(() => {});
    },
  };
}

import type { OnnxRuntime, OnnxSession } from '../../engine/onnx';
import { messageOf } from '../../errors';
import { headBehindCut } from '../../nets/features';
import { UnwrittenLayer } from '../../onnx/write/writer';
import { scaledPixels } from '../../pixels';
import { first, present, valueAt } from '../../present';
import { IMAGES_AT_ONCE, transplant as kind, type RegionMargins } from '../evidence/transplant';
import { freeNets, type Passed, type Passes } from '../passes';
import type { Given } from '../readings';
import { type DetectorGraph, detectorGraph, IMAGES, viewsGraph } from './graph';
import { transplantGraph } from './transplant-graph';

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
  const { nets, readers, further } = passed;
  const { shape, classes, pixels: scaling } = nets;
  const sizes = [shape.height, shape.width, shape.channels];
  const { outputs, views, regions, session } = await made(async () => {
    const { file, ...outputs } = detectorGraph(nets, readers, further);
    const views = lazily(onnx, viewsGraph(nets));
    const regions = lazyRegions(onnx, passed);
    return { outputs, views, regions, session: await onnx.open(file) };
  });
  freeNets(nets, readers);

  const run = async (pixels: Uint8Array | Float32Array, n: number): Promise<Given> => {
    const images = pixels instanceof Float32Array ? pixels : new Float32Array(pixels);
    const given = await session.run({ images: { values: images, shape: [n, ...sizes] } });
    return givenOf(outputs, given, () => scaledPixels(images, shape.channels, scaling));
  };
  return {
    run,
    viewer: {
      shape,
      classes,
      async logits(images, n) {
        const { logits } = await views.run({ images: { values: images, shape: [n, ...sizes] } });
        return present(logits, 'logits');
      },
    },
    margins: (cut, at) => present(regions, 'The regions').margins(cut, at, run),
    free() {
      session.release();
      views.free();
      regions?.free();
    },
  };
}

async function made<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (error) {
    const why = error instanceof UnwrittenLayer ? error.message : `it says ${messageOf(error)}`;
    throw new Unrunnable(`ONNX Runtime can't run the nets: ${why}`, { cause: error });
  }
}

/** @param scaled the scaled images, where they are asked for */
function givenOf(
  { outputs, rows }: Omit<DetectorGraph, 'file'>,
  given: Awaited<ReturnType<OnnxSession['run']>>,
  scaled: () => Float32Array,
): Given {
  const own = Object.fromEntries(Object.entries(outputs).map(([key, name]) => [key, given[name]]));
  const taken = Array.from(
    rows,
    ([of, name]) => [of, name === IMAGES ? scaled() : present(given[name], name)] as const,
  );
  return { ...(own as Omit<Given, 'rows'>), rows: new Map(taken) };
}

interface LazyRegions {
  /** @param run what gives the hosts' features */
  margins(cut: Float32Array, at: Int32Array, run: Passes['run']): ReturnType<RegionMargins>;
  free(): void;
}

/** The regions of the images that are asked further, and what else they need: the hosts are run when it is first called. */
function lazyRegions(onnx: OnnxRuntime, { nets, transplant }: Passed): LazyRegions | undefined {
  if (!transplant) return undefined;
  const { part, regions } = transplant;
  const { count } = part;
  const net = part.from === 'cut' ? headBehindCut(nets.bad) : nets.bad;
  const sizes = first(net.inputs).shape.slice(1) as number[];
  const size = sizes.reduce((product, each) => product * each, 1);
  const graph = lazily(onnx, transplantGraph(net, count, regions));
  let hosts: Promise<Float32Array> | undefined;
  return {
    async margins(cut, at, run) {
      hosts ??= run(part.hosts, count).then(({ rows }) => valueAt(rows, kind.name));
      const features = { values: await hosts, shape: [count, ...sizes] };
      const found = new Float32Array(at.length * regions.length);
      for (let start = 0; start < at.length; start += IMAGES_AT_ONCE) {
        const of = at.subarray(start, start + IMAGES_AT_ONCE);
        const rows = cut.subarray(start * size, (start + of.length) * size);
        const { margins } = await graph.run({
          cut: { values: rows, shape: [of.length, ...sizes] },
          hosts: features,
          at: { values: BigInt64Array.from(of, BigInt), shape: [of.length] },
        });
        found.set(present(margins, 'margins'), start * regions.length);
      }
      return found;
    },
    free: graph.free,
  };
}

const NOTHING = new Uint8Array();

/** A graph that is loaded when it is asked for the first time. */
function lazily(onnx: OnnxRuntime, file: Uint8Array): Pick<OnnxSession, 'run'> & { free(): void } {
  let left = file;
  let opening: Promise<OnnxSession> | undefined;
  return {
    async run(inputs) {
      opening ??= onnx.open(left);
      left = NOTHING;
      return await (await opening).run(inputs);
    },
    free() {
      left = NOTHING;
      opening?.then((session) => session.release()).catch(() => {});
    },
  };
}

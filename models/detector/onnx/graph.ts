import type { LayersModel } from '@tensorflow/tfjs-layers';
import { OnnxGraph } from '../../onnx/graph';
import { writeNet } from '../../onnx/net';
import { Value } from '../../onnx/value';
import { UnwrittenLayer } from '../../onnx/write/writer';
import { type PixelScaling, pixelFactors } from '../../pixels';
import { first } from '../../present';
import type { Takes } from '../evidence/kind';
import type { DetectorNets } from '../nets';
import type { Further, Given, Readers } from '../readings';

/** All that a verdict asks of nets about every image, as one ONNX graph. Its input: n × height × width × channels. */
export interface DetectorGraph {
  /** The bytes of a .onnx file. */
  readonly file: Uint8Array;
  /** The name of the output that each value of Given is. */
  readonly outputs: Readonly<Partial<Record<Exclude<keyof Given, 'rows'>, string>>> & {
    readonly bad: string;
  };
  /** Of what kinds of evidence take; `IMAGES` where it is the scaled images, which the graph does not give back. */
  readonly rows: ReadonlyMap<string, string>;
}

/** What kinds of evidence take that is no output. */
export const IMAGES = 'images';

/**
 * Writes the graph of a detector.
 * @param isScaled whether images come as the nets take them; else as values of 0–255
 * @throws UnwrittenLayer for what ONNX Runtime is not told of: a layer, or a kind of evidence that computes on TensorFlow.js
 */
export function detectorGraph(
  nets: DetectorNets,
  readers: Readers,
  further: Further,
  isScaled = false,
): DetectorGraph {
  const graph = new OnnxGraph();
  const image = imageOf(graph, nets, isScaled);
  const bad = writeNet(graph, nets.bad, [image]);
  const relearned = nets.relearned ? writeNet(graph, nets.relearned.model, bad.slice(0, 3)) : [];
  const repaired = nets.repaired ? writeNet(graph, nets.repaired, [image]) : [];

  const names = new Map<Value, string>();
  const output = (value: Value) => {
    const known = names.get(value) ?? `output_${names.size}`;
    if (!names.has(value)) graph.output(known, value.last, value.shape);
    names.set(value, known);
    return known;
  };
  const rows = new Map<string, string>();
  for (const [kind, { takes }] of readers) {
    if (!takes) throw new UnwrittenLayer(`the evidence "${kind}" is read on TensorFlow.js alone`);
    if (takes.of === 'image' && !takes.net && !takes.matrix) {
      rows.set(kind, IMAGES);
      continue;
    }
    const value = taken(graph, takes, { image: [image], bad, relearned, repaired });
    if (value) rows.set(kind, output(value));
  }
  const given = {
    bad: first(bad),
    repaired: repaired[0],
    second: relearned[0],
    relearned: relearned[1],
    stem: further.stem ? bad.at(-1) : undefined,
    latent: further.latent ? bad[1] : undefined,
    trunk: further.trunk ? bad[2] : undefined,
  };
  const outputs = Object.fromEntries(
    Object.entries(given).flatMap(([key, value]) => (value ? [[key, output(value)]] : [])),
  ) as DetectorGraph['outputs'];
  return { file: graph.file(), outputs, rows };
}

/** B's logits of images of 0–255: input `images`, output `logits`. @throws UnwrittenLayer */
export function viewsGraph(nets: DetectorNets): Uint8Array {
  const graph = new OnnxGraph();
  return withLogits(graph, nets.bad, imageOf(graph, nets, false));
}

/** One net to its first output, `logits`. Its input: n `rows`, scaled where they are images. @throws UnwrittenLayer */
export function logitsGraph(net: LayersModel): Uint8Array {
  const graph = new OnnxGraph();
  const shape = first(net.inputs).shape.slice(1) as number[];
  graph.input('rows', shape);
  return withLogits(graph, net, Value.last(graph, 'rows', shape));
}

function withLogits(graph: OnnxGraph, net: LayersModel, input: Value): Uint8Array {
  const logits = logitsOf(graph, net, input);
  graph.output('logits', logits.last, logits.shape);
  return graph.file();
}

function taken(
  graph: OnnxGraph,
  { of, output = 0, net, matrix }: Takes,
  ran: Readonly<Record<Takes['of'], readonly Value[]>>,
): Value | undefined {
  const from = of === 'image' ? ran.image[0] : ran[of].at(output);
  if (!from) return undefined;
  if (net) return writeNet(graph, net, [from])[0];
  if (!matrix) return from;
  const [features, dimensions] = matrix.shape;
  const flat = graph.node('Reshape', [from.last, graph.integers([-1, features])]);
  const by = graph.floats(matrix.dataSync() as Float32Array, matrix.shape);
  return Value.last(graph, graph.node('MatMul', [flat, by]), [dimensions]);
}

/** The first output of a net. */
export function logitsOf(graph: OnnxGraph, { inputs, outputs }: LayersModel, input: Value): Value {
  return first(writeNet(graph, { inputs, outputs: [first(outputs)] }, [input]));
}

function imageOf(graph: OnnxGraph, { shape, pixels }: DetectorNets, isScaled: boolean): Value {
  const { height, width, channels } = shape;
  const sizes = [height, width, channels];
  graph.input('images', sizes);
  const image = Value.last(graph, 'images', sizes);
  return isScaled ? image : Value.first(graph, scaled(graph, image.first, pixels, channels), sizes);
}

/** As scaleImages does, of images that lie channels first. */
function scaled(graph: OnnxGraph, images: string, scaling: PixelScaling, channels: number): string {
  const { factor, offset } = pixelFactors(scaling, channels);
  const each = (values: readonly number[]) => graph.floats(values, [channels, 1, 1]);
  const ordered =
    scaling.order === 'bgr'
      ? graph.node('Gather', [images, graph.integers([2, 1, 0])], { axis: { int: 1 } })
      : images;
  const product = factor.every((value) => value === 1) ? ordered : graph.node('Mul', [ordered, each(factor)]);
  return offset.every((value) => value === 0) ? product : graph.node('Add', [product, each(offset)]);
}

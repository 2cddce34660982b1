import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { messageOf, NetError } from '../../errors';
import { first, valueAt } from '../../present';
import type { Translate } from './call';
import type { Constant } from './constant';
import { FOLDS } from './folds';
import { folded, type Graph, nodesOfImages } from './graph';
import { MOST_VALUES } from './limits';
import { Live, type Unique } from './live';
import { Node } from './node';
import { activations } from './operators/activations';
import { arithmetics } from './operators/arithmetic';
import { convolutions } from './operators/convolutions';
import { denseOperators } from './operators/dense';
import { functions } from './operators/functions';
import { merges } from './operators/merges';
import { normalizations } from './operators/normalization';
import { poolings } from './operators/pooling';
import { rearrangings } from './operators/rearranging';
import { reductions } from './operators/reductions';
import { resizings } from './operators/resizing';
import { sideOperators } from './operators/sides';
import { transposedConvolutions } from './operators/transposed';

/** What an operator becomes, by its name. */
const OPERATORS: ReadonlyMap<string, Translate> = new Map(
  [
    activations,
    arithmetics,
    convolutions,
    denseOperators,
    functions,
    merges,
    normalizations,
    poolings,
    rearrangings,
    reductions,
    resizings,
    sideOperators,
    transposedConvolutions,
  ].flatMap((each) => Object.entries(each)),
);

/** The operators that are read, in order. */
export const knownOperators: readonly string[] = [...OPERATORS.keys()].sort();

/** Is told of each node that works on images: its answer, the number of images first, and what it takes of weights. */
export type Seen = (
  node: Node,
  shape: readonly (number | null)[],
  weights: readonly (readonly [string, Constant])[],
) => void;

/** Why nodes of a graph can't be used, as far as their operators tell. */
export function unknownOperators(graph: Graph): NetError[] {
  const ofImages = nodesOfImages(graph);
  return graph.nodes.flatMap((proto) => {
    const known = ofImages.has(proto) ? OPERATORS : FOLDS;
    return proto.domain === '' && known.has(proto.operator) ? [] : [unknown(new Node(proto, graph.opset))];
  });
}

function unknown(node: Node): NetError {
  const { domain } = node.proto;
  const of = domain === '' ? '' : `, of the domain "${domain}", not of ONNX itself`;
  const isQuantized = /Quantize|Integer|QLinear/.test(node.operator);
  const hint = isQuantized
    ? 'Export the net with float32 weights, not quantized.'
    : 'docs/formats.md lists the operators that are read; build the net of them, and export it again.';
  return new NetError(`${node.where} is an operator that GoodNet does not know${of}`, { hint });
}

/**
 * Makes the layers of TensorFlow.js for a graph.
 * @param image what the net takes, channels last
 * @param axes ONNX's axes of it, as those of the image (see Live)
 * @returns what it answers, (batch, …)
 * @throws NetError naming the node that can't be used
 */
export function translated(
  graph: Graph,
  image: SymbolicTensor,
  axes: Live['axes'],
  { unique, seen }: { readonly unique: Unique; readonly seen: Seen },
): SymbolicTensor {
  const [refused] = unknownOperators(graph);
  if (refused) throw refused;
  const constants = new Map(graph.constants);
  const lives = new Map([[graph.input.name, new Live(image, axes)]]);
  for (const proto of graph.nodes) {
    const node = new Node(proto, graph.opset);
    if (folded(node, { ...graph, constants })) continue;
    const inputs = proto.inputs.map((name) => lives.get(name) ?? constants.get(name));
    const value = called(node, () =>
      valueAt(OPERATORS, node.operator)({ node, inputs, name: proto.name || first(proto.outputs), unique }),
    );
    const shown = Array.isArray(value) ? value : [value];
    for (const [i, output] of proto.outputs.entries()) {
      const each = shown[i];
      if (each instanceof Live) lives.set(output, each);
      else if (each) constants.set(output, each);
    }
    if (shown[0] instanceof Live) {
      const weights = proto.inputs.flatMap((name) => {
        const constant = graph.constants.get(name);
        return constant && !constant.isWhole && constant.shape.length > 0 ? [[name, constant] as const] : [];
      });
      seen(node, shapeOf(shown[0]), weights);
    }
  }
  const answer = lives.get(graph.output);
  if (!answer) throw new NetError('The net answers the same to every image');
  if (!answer.isBatched) throw new NetError('The net does not answer each image by itself');
  return answer.laid([...answer.axes.keys()].slice(1), unique).tensor;
}

/** As people are told it: the number of images first, as null, wherever ONNX has it. */
function shapeOf({ shape, inner }: Live): (number | null)[] {
  return [null, ...inner.map((axis) => shape[axis]!)];
}

/** @throws NetError naming the node, also where TensorFlow.js complains */
function called(node: Node, make: () => ReturnType<Translate>): ReturnType<Translate> {
  try {
    const made = make();
    node.finish();
    for (const value of [made].flat()) {
      if (!(value instanceof Live)) continue;
      const values = value.tensor.shape
        .slice(1)
        .reduce<number>((product, length) => product * (length ?? 1), 1);
      if (!(values >= 1 && values <= MOST_VALUES))
        throw node.refused(`would give ${value.shape.slice(1).join('×')} values an image`);
    }
    return made;
  } catch (cause) {
    if (cause instanceof NetError) throw cause;
    throw new NetError(`${node.where} can't be built: ${messageOf(cause)}`, { cause });
  }
}

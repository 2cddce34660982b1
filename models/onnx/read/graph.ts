import { NetError } from '../../errors';
import { first } from '../../present';
import { type Constant, readTensor } from './constant';
import { type ExternalFiles, externalBytes } from './external';
import { FOLDS } from './folds';
import { inlined } from './functions';
import { MOST_COMPUTED, tooMany } from './limits';
import { Node, type ReadTensor } from './node';
import { simplified } from './patterns';
import type { GraphProto, ModelProto, NodeProto, TensorProto, ValueInfo } from './proto/messages';

/** TensorFlow.js goes from each layer to those before it by recursion; longer chains overflow the stack. */
const MOST_LAYERS = 2500;
/** How many nodes an exporter writes for one layer, at most: GELU. */
const WRITTEN_IN = 6;
/** The operators of versions before it are of another kind; those after may change what is known here. */
const OPSETS = { first: 7, last: 25 };

/** A graph as far as its output needs it, with what is computed of constants alone done. */
export interface Graph {
  readonly input: ValueInfo;
  readonly output: string;
  readonly opset: number;
  readonly nodes: readonly NodeProto[];
  readonly constants: ReadonlyMap<string, Constant>;
  readonly read: ReadTensor;
  /** How many values were computed of constants so far. */
  readonly computed: { values: number };
}

/** The nodes that work on images. Of images' sizes other sizes are computed, as of constants. */
export function nodesOfImages({ input, nodes }: Pick<Graph, 'input' | 'nodes'>): Set<NodeProto> {
  const ofImages = new Set([input.name]);
  const found = nodes.filter((node) => {
    const worksOnImages = node.inputs.some((name) => ofImages.has(name));
    if (worksOnImages && node.operator !== 'Shape') for (const name of node.outputs) ofImages.add(name);
    return worksOnImages;
  });
  return new Set(found);
}

/** All tensors of a file whose values may lie in others. */
export function tensorsOf({ graph, functions }: ModelProto): TensorProto[] {
  const nodes = [...graph.nodes, ...functions.flatMap((each) => each.nodes)];
  return [
    ...graph.initializers,
    ...nodes.flatMap(({ attributes }) => attributes.flatMap(({ tensor }) => tensor ?? [])),
  ];
}

/**
 * Prepares a net's graph: calls of functions written out, constants computed, patterns put together.
 * @throws NetError for one with other than one input and one output, of an unknown version, or whose names don't fit
 */
export function prepared(model: ModelProto, files: ExternalFiles): Graph {
  const { graph } = model;
  const opset = model.opsets.get('') ?? 1;
  if (!(opset >= OPSETS.first && opset <= OPSETS.last)) {
    throw new NetError(
      `The net is of ONNX's operator set ${opset}; ${OPSETS.first} to ${OPSETS.last} can be read`,
      {
        hint: 'Export it with opset_version=17.',
      },
    );
  }
  const read: ReadTensor = (tensor) =>
    readTensor(tensor, (each, length) => externalBytes(files, each, length));
  const { input, output } = endsOf(graph);
  const nodes = neededFor(output, ordered(inlined(model), graph));
  const constants = new Map<string, Constant>();
  const wanted = new Set(nodes.flatMap(({ inputs }) => inputs));
  for (const tensor of graph.initializers)
    if (wanted.has(tensor.name)) constants.set(tensor.name, read(tensor));
  const computed = { values: 0 };
  const left = nodes.filter((proto) => !folded(new Node(proto, opset), { constants, read, computed }));
  if (left.length > MOST_LAYERS * WRITTEN_IN) throw tooMany(`${MOST_LAYERS * WRITTEN_IN} nodes`);
  const simple = neededFor(output, simplified(left, constants, [output]));
  const ofImages = nodesOfImages({ input, nodes: simple });
  if ([...ofImages].filter(({ operator }) => operator !== 'Shape').length > MOST_LAYERS)
    throw tooMany(`${MOST_LAYERS} nodes, those of functions at each call`);
  return { input, output, opset, nodes: simple, constants, read, computed };
}

/** The net's image and its answer: weights may be listed among its inputs. */
function endsOf({ inputs, outputs, initializers }: GraphProto): { input: ValueInfo; output: string } {
  const weights = new Set(initializers.map(({ name }) => name));
  if (weights.size < initializers.length) throw twice(initializers.map(({ name }) => name));
  const images = inputs.filter(({ name }) => !weights.has(name));
  const [input, output] = [images[0], outputs[0]];
  if (!input || !output || images.length > 1 || outputs.length > 1) {
    throw new NetError(`The net has ${images.length} inputs and ${outputs.length} outputs`, {
      hint: 'Nets with one image input and one output can be used.',
    });
  }
  return { input, output: output.name };
}

/** The nodes, each of which must stand behind those that it needs, as ONNX has it. @throws NetError otherwise */
function ordered(nodes: readonly NodeProto[], { inputs, initializers }: GraphProto): readonly NodeProto[] {
  const known = new Set(['', ...inputs.map(({ name }) => name), ...initializers.map(({ name }) => name)]);
  for (const node of nodes) {
    const lacking = node.inputs.find((name) => !known.has(name));
    if (lacking !== undefined) {
      throw new NetError(`${new Node(node, 0).where} works on "${lacking}", which nothing before it gives`, {
        hint: 'The nodes of an ONNX net stand in the order in which they run; the file is damaged, or they run in a circle.',
      });
    }
    for (const output of node.outputs) {
      if (output !== '' && known.has(output)) throw twice([output, output]);
      known.add(output);
    }
  }
  return nodes;
}

function twice(names: readonly string[]): NetError {
  const seen = new Set<string>();
  const name = names.find((each) => seen.size === seen.add(each).size);
  return new NetError(`The net has two tensors of the name "${name}"`, {
    hint: 'The file is damaged; export it again.',
  });
}

/** The nodes that the output depends on, in order. */
function neededFor(output: string, nodes: readonly NodeProto[]): NodeProto[] {
  const wanted = new Set([output]);
  const kept = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => wanted.has(name))) return false;
    for (const name of node.inputs) wanted.add(name);
    return true;
  });
  return kept.reverse();
}

/** Computes a node that works on constants alone. @returns whether it was such a one @throws NetError where it would make too many values */
export function folded(
  node: Node,
  { constants, read, computed }: Pick<Graph, 'read' | 'computed'> & { constants: Map<string, Constant> },
): boolean {
  const { proto, operator } = node;
  const fold = proto.domain === '' ? FOLDS.get(operator) : undefined;
  const inputs = proto.inputs.map((name) => (name === '' ? undefined : constants.get(name)));
  if (!fold || proto.inputs.some((name, i) => name !== '' && !inputs[i])) return false;
  const made = fold(node, inputs, read);
  node.finish();
  const isNew = operator !== 'Constant' && !inputs.some((input) => input?.values === made.values);
  const share = operator === 'Transpose' && made.shape.length === 2 ? 64 : 1;
  if (isNew) computed.values += made.values.length / share;
  if (computed.values > MOST_COMPUTED)
    throw tooMany(`${MOST_COMPUTED} values that are computed of constants`);
  constants.set(first(proto.outputs), made);
  return true;
}

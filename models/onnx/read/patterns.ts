import type { Constant } from './constant';
import type { NodeProto } from './proto/messages';

type Constants = ReadonlyMap<string, Constant>;

/**
 * Nodes with what exporters write in several put together again: a bias that is added by itself, GELU by way of Erf, x · sigmoid(x).
 * @param nodes in order
 * @param outputs of the net, which stay
 */
export function simplified(
  nodes: readonly NodeProto[],
  constants: Constants,
  outputs: readonly string[],
): NodeProto[] {
  const uses = new Map<string, NodeProto[]>();
  for (const node of nodes) {
    for (const input of node.inputs) {
      const known = uses.get(input);
      if (known) known.push(node);
      else uses.set(input, [node]);
    }
  }
  const makers = new Map(nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const graph: Graph = {
    maker: (name, operator) => {
      const node = makers.get(name);
      return node?.operator === operator && node.domain === '' ? node : undefined;
    },
    onlyUse: (node, operator) => {
      const output = outputOf(node);
      const [use, ...others] = uses.get(output) ?? [];
      if (others.length > 0 || outputs.includes(output)) return undefined;
      const count = operator === 'Where' ? 3 : 2;
      return use?.operator === operator && use.domain === '' && use.inputs.length === count ? use : undefined;
    },
    constants,
  };
  const gone = new Set<NodeProto>();
  const instead = new Map<NodeProto, NodeProto>();
  for (const node of nodes) {
    if (node.domain !== '' || gone.has(node)) continue;
    const found = PATTERNS.get(node.operator)?.(node, graph);
    if (!found) continue;
    for (const each of found.gone) gone.add(each);
    instead.set(found.last, found.node);
  }
  return nodes.flatMap((node) => instead.get(node) ?? (gone.has(node) ? [] : [node]));
}

interface Graph {
  readonly maker: (name: string, operator: string) => NodeProto | undefined;
  /** The only node that works on what a node gives, if it is such an operator. */
  readonly onlyUse: (node: NodeProto, operator: string) => NodeProto | undefined;
  readonly constants: Constants;
}

interface Found {
  /** Put in place of the last of those that it stands for. */
  readonly node: NodeProto;
  readonly last: NodeProto;
  readonly gone: readonly NodeProto[];
}

/** The output of a node of one. */
const outputOf = ({ outputs: [output = ''] }: NodeProto) => output;

/** Of a node of two inputs, that which is not of this name. */
function otherInput(node: NodeProto, name: string): string {
  const [one = '', other = ''] = node.inputs;
  return one === name ? other : one;
}

function instead(last: NodeProto, of: NodeProto, change: Partial<NodeProto>): NodeProto {
  return { ...of, outputs: last.outputs, ...change };
}

/** A kernel without bias, and the node that adds one. */
function biased(node: NodeProto, graph: Graph, fits: (bias: Constant) => boolean): Found | undefined {
  const kernel = graph.constants.get(node.inputs[1] ?? '');
  const add = graph.onlyUse(node, 'Add');
  if (!kernel || node.inputs.length !== 2 || !add) return undefined;
  const name = otherInput(add, outputOf(node));
  const bias = graph.constants.get(name);
  if (!bias || !fits(bias)) return undefined;
  return { node: instead(add, node, { inputs: [...node.inputs, name] }), last: add, gone: [node] };
}

const isAbout = (constant: Constant | undefined, wanted: number) =>
  constant?.values.length === 1 && constant.values.every((value) => Math.abs(value - wanted) < 1e-3 * wanted);

/** x · (1 + erf(x / √2)) / 2, in whatever order it is multiplied. */
function gelu(erf: NodeProto, graph: Graph): Found | undefined {
  const { constants } = graph;
  const [source = ''] = erf.inputs;
  const divided = graph.maker(source, 'Div');
  const multiplied = graph.maker(source, 'Mul');
  const scaling = divided ?? multiplied;
  if (!scaling) return undefined;
  const [one = '', other = ''] = scaling.inputs;
  const factor = constants.get(other) ? other : one;
  if (!isAbout(constants.get(factor), divided ? Math.SQRT2 : Math.SQRT1_2)) return undefined;
  const x = otherInput(scaling, factor);
  const add = graph.onlyUse(erf, 'Add');
  if (!add || !isAbout(constants.get(otherInput(add, outputOf(erf))), 1)) return undefined;
  const gone = [scaling, erf, add];
  const isHalf = (name: string) => isAbout(constants.get(name), 0.5);
  const halfOfX = (name: string) => {
    const half = graph.maker(name, 'Mul');
    return half?.inputs.includes(x) && isHalf(otherInput(half, x)) ? half : undefined;
  };
  const first = graph.onlyUse(add, 'Mul');
  if (!first) return undefined;
  const by = otherInput(first, outputOf(add));
  const half = halfOfX(by);
  let last: NodeProto | undefined;
  if (half) {
    last = first;
    gone.push(half);
  } else {
    last = graph.onlyUse(first, 'Mul');
    const then = last && otherInput(last, outputOf(first));
    if (!(then !== undefined && ((by === x && isHalf(then)) || (isHalf(by) && then === x)))) return undefined;
    gone.push(first);
  }
  if (!last) return undefined;
  return { node: instead(last, erf, { operator: 'Gelu', inputs: [x], attributes: [] }), last, gone };
}

/** Above its threshold PyTorch's softplus is x itself, of which it differs by less than 32-bit floats have there. */
function softplus(node: NodeProto, graph: Graph): Found | undefined {
  const [x] = node.inputs;
  const [output] = node.outputs;
  const where = graph.onlyUse(node, 'Where');
  const greater = where && graph.maker(where.inputs[0] ?? '', 'Greater');
  if (!greater) return undefined;
  const isChosen = greater.inputs[0] === x && where.inputs[1] === x && where.inputs[2] === output;
  const threshold = graph.constants.get(greater.inputs[1] ?? '')?.values;
  if (!isChosen || threshold?.length !== 1 || !threshold.every((value) => value >= 17)) return undefined;
  return { node: instead(where, node, {}), last: where, gone: [node, greater] };
}

const PATTERNS: ReadonlyMap<string, (node: NodeProto, graph: Graph) => Found | undefined> = new Map([
  [
    'MatMul',
    (node: NodeProto, graph: Graph) => {
      const units = graph.constants.get(node.inputs[1] ?? '')?.shape[1];
      return biased(
        node,
        graph,
        ({ shape, values }) => values.length === units && shape.at(-1) === units && shape.length <= 2,
      );
    },
  ],
  ['Erf', gelu],
  ['Softplus', softplus],
  [
    'Sigmoid',
    (node: NodeProto, graph: Graph) => {
      const product = graph.onlyUse(node, 'Mul');
      const [x] = node.inputs;
      if (!product || x === undefined || otherInput(product, outputOf(node)) !== x) return undefined;
      return {
        node: instead(product, node, { operator: 'Swish', inputs: [x] }),
        last: product,
        gone: [node],
      };
    },
  ],
]);

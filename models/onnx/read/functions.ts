import { NetError } from '../../errors';
import { MOST_NAMED, MOST_NODES, tooMany } from './limits';
import type { AttributeProto, FunctionProto, ModelProto, NodeProto } from './proto/messages';

/** Functions that call functions. */
const DEEPEST_CALL = 16;

interface Context {
  readonly functions: ReadonlyMap<string, FunctionProto>;
  /** Nodes so far, calls, which make names of their own, and the length of these. */
  readonly made: { nodes: number; calls: number; characters: number };
}

/**
 * A graph's nodes, with the calls of functions that the file brings along written out.
 * @throws NetError where they are too many, or call each other in a circle
 */
export function inlined({ graph, functions }: ModelProto): NodeProto[] {
  const byName = new Map(functions.map((each) => [nameOf(each), each] as const));
  const context = { functions: byName, made: { nodes: 0, calls: 0, characters: 0 } };
  return graph.nodes.flatMap((node) => expanded(node, context, 0));
}

const nameOf = ({ domain, name, overload }: { domain: string; name: string; overload: string }) =>
  `${domain}\0${name}\0${overload}`;

function expanded(node: NodeProto, context: Context, depth: number): NodeProto[] {
  const { domain, operator, overload } = node;
  const called = context.functions.get(nameOf({ domain, name: operator, overload }));
  if (++context.made.nodes > MOST_NODES)
    throw tooMany(`${MOST_NODES} nodes, those of functions at each call`);
  if (!called) return [node];
  if (depth >= DEEPEST_CALL) {
    throw new NetError(`The function "${operator}" calls functions more than ${DEEPEST_CALL} deep`, {
      hint: 'They call each other in a circle, or the file is damaged.',
    });
  }
  const prefix = `${node.name || operator}#${context.made.calls++}/`;
  const own = (name: string) => {
    context.made.characters += prefix.length + name.length;
    if (context.made.characters > MOST_NAMED) throw tooMany(`${MOST_NAMED} characters in names`);
    return prefix + name;
  };
  const given = new Map<string, string>([
    ...called.inputs.map((name, i) => [name, node.inputs[i] ?? ''] as const),
    ...called.outputs.map((name, i) => [name, node.outputs[i] || own(name)] as const),
  ]);
  const rename = (name: string) => (name === '' ? '' : (given.get(name) ?? own(name)));
  const attributes = new Map(
    [...called.defaults, ...node.attributes].map((each) => [each.name, each] as const),
  );
  return called.nodes.flatMap((inner) => {
    const written: NodeProto = {
      ...inner,
      name: own(inner.name || (inner.outputs[0] ?? '')),
      inputs: inner.inputs.map(rename),
      outputs: inner.outputs.map(rename),
      attributes: inner.attributes.flatMap((each) => attributeFor(each, attributes)),
    };
    return expanded(written, context, depth + 1);
  });
}

/** An attribute with the value that the call gave, where it takes it from there; none where the call gave none. */
function attributeFor(
  attribute: AttributeProto,
  attributes: ReadonlyMap<string, AttributeProto>,
): AttributeProto[] {
  if (attribute.reference === '') return [attribute];
  const given = attributes.get(attribute.reference);
  return given ? [{ ...given, name: attribute.name }] : [];
}

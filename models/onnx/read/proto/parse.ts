import { NetError } from '../../../errors';
import { MOST_NODES, tooMany } from '../limits';
import type { AttributeProto, FunctionProto, GraphProto, ModelProto, NodeProto, ValueInfo } from './messages';
import { parseTensor } from './tensor';
import { addIntegers, bytesOf, eachField, type Field, textOf } from './wire';

/** Numbers that an attribute lists, at most: axes, pads, the values of a small constant. */
const MOST_LISTED = 2 ** 16;
const MOST_DIMENSIONS = 16;

/**
 * Reads an ONNX file's bytes. Weights are left where they lie.
 * @throws NetError for what is cut short, no ONNX net, or beyond the limits
 */
export function parseModel(file: Uint8Array): ModelProto {
  let producer = '';
  let version = '';
  const opsets = new Map<string, number>();
  const metadata: [string, string][] = [];
  let graph: Uint8Array | undefined;
  const functions: FunctionProto[] = [];
  const count = counter();
  eachField(file, (field) => {
    count();
    if (field.number === 2) producer = textOf(field);
    else if (field.number === 3) version = textOf(field);
    else if (field.number === 7) graph = bytesOf(field);
    else if (field.number === 8) {
      let domain = '';
      let of = 1;
      eachField(bytesOf(field), (inner) => {
        if (inner.number === 1) domain = textOf(inner);
        else if (inner.number === 2) of = inner.value;
      });
      opsets.set(domain === 'ai.onnx' ? '' : domain, of);
    } else if (field.number === 14) metadata.push(parseEntry(bytesOf(field)));
    else if (field.number === 25) functions.push(parseFunction(bytesOf(field), count));
  });
  if (!graph) throw new NetError('The ONNX file holds no graph', { hint: 'Export the net again.' });
  return {
    producer: `${producer} ${version}`.trim(),
    opsets,
    graph: parseGraph(graph, count),
    functions,
    metadata,
  };
}

type Count = (more?: number) => void;

/** Counts what takes memory of its own, however small it is in the file. */
function counter(): Count {
  let read = 0;
  return (more = 1) => {
    read += more;
    if (read > MOST_NODES) throw tooMany(`${MOST_NODES} nodes or tensors`);
  };
}

function parseGraph(message: Uint8Array, count: Count): GraphProto {
  const nodes: NodeProto[] = [];
  const initializers: GraphProto['initializers'][number][] = [];
  const inputs: ValueInfo[] = [];
  const outputs: ValueInfo[] = [];
  eachField(message, (field) => {
    if (![1, 5, 11, 12, 15].includes(field.number)) return;
    count();
    const bytes = bytesOf(field);
    if (field.number === 1) nodes.push(parseNode(bytes, count));
    else if (field.number === 5) initializers.push(parseTensor(bytes));
    else if (field.number === 11) inputs.push(parseValueInfo(bytes));
    else if (field.number === 12) outputs.push(parseValueInfo(bytes));
    else
      throw new NetError('The net has sparse weights, which can’t be used', {
        hint: 'Export it with dense ones.',
      });
  });
  return { nodes, initializers, inputs, outputs };
}

function parseNode(message: Uint8Array, count: Count): NodeProto {
  const node = {
    inputs: [] as string[],
    outputs: [] as string[],
    name: '',
    operator: '',
    domain: '',
    overload: '',
  };
  const attributes: AttributeProto[] = [];
  eachField(message, (field) => {
    if (field.number === 1 || field.number === 2) {
      count();
      (field.number === 1 ? node.inputs : node.outputs).push(textOf(field));
    } else if (field.number === 3) node.name = textOf(field);
    else if (field.number === 4) node.operator = textOf(field);
    else if (field.number === 5) {
      count();
      const attribute = parseAttribute(bytesOf(field));
      count(attribute.ints.length + attribute.floats.length);
      attributes.push(attribute);
    } else if (field.number === 7) node.domain = textOf(field);
    else if (field.number === 8) node.overload = textOf(field);
  });
  return { ...node, domain: node.domain === 'ai.onnx' ? '' : node.domain, attributes };
}

/** Fields of an attribute that no net of layers has: graphs, several tensors or text, sparse tensors, types. */
const OTHER = [6, 9, 10, 11, 14, 15, 22, 23];

function parseAttribute(message: Uint8Array): AttributeProto {
  const attribute = { name: '', reference: '', float: 0, int: 0, text: '' };
  const ints: number[] = [];
  const floats: number[] = [];
  let tensor: AttributeProto['tensor'];
  let isOther = false;
  eachField(message, (field) => {
    if (field.number === 1) attribute.name = textOf(field);
    else if (field.number === 2) attribute.float = field.value;
    else if (field.number === 3) attribute.int = field.value;
    else if (field.number === 4) attribute.text = textOf(field);
    else if (field.number === 5) tensor = parseTensor(bytesOf(field));
    else if (field.number === 7) addFloats(floats, field);
    else if (field.number === 8) addIntegers(ints, field, MOST_LISTED);
    else if (field.number === 21) attribute.reference = textOf(field);
    else if (OTHER.includes(field.number)) isOther = true;
  });
  return { ...attribute, ints, floats, tensor, isOther };
}

function addFloats(floats: number[], field: Field): void {
  const { bytes } = field;
  const added = field.isPacked ? Math.floor(bytes.length / 4) : 1;
  if (floats.length + added > MOST_LISTED) throw tooMany(`${MOST_LISTED} numbers in one attribute`);
  if (!field.isPacked) floats.push(field.value);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i + 4 <= bytes.length; i += 4) floats.push(view.getFloat32(i, true));
}

function parseValueInfo(message: Uint8Array): ValueInfo {
  const info = { name: '', dataType: 0 };
  let dims: (number | null)[] | undefined;
  eachField(message, (field) => {
    if (field.number === 1) info.name = textOf(field);
    else if (field.number === 2)
      eachField(bytesOf(field), (type) => {
        if (type.number !== 1) return;
        eachField(bytesOf(type), (tensor) => {
          if (tensor.number === 1) info.dataType = tensor.value;
          else if (tensor.number === 2) dims = parseShape(bytesOf(tensor));
        });
      });
  });
  return { ...info, dims };
}

function parseShape(message: Uint8Array): (number | null)[] {
  const dims: (number | null)[] = [];
  eachField(message, (field) => {
    if (field.number !== 1) return;
    if (dims.length >= MOST_DIMENSIONS) throw tooMany(`${MOST_DIMENSIONS} dimensions in one tensor`);
    let length: number | null = null;
    eachField(bytesOf(field), (dim) => {
      if (dim.number === 1 && dim.value > 0) length = dim.value;
    });
    dims.push(length);
  });
  return dims;
}

function parseFunction(message: Uint8Array, count: Count): FunctionProto {
  const head = { name: '', domain: '', overload: '' };
  const inputs: string[] = [];
  const outputs: string[] = [];
  const nodes: NodeProto[] = [];
  const defaults: AttributeProto[] = [];
  eachField(message, (field) => {
    if ([4, 5, 7, 11].includes(field.number)) count();
    if (field.number === 1) head.name = textOf(field);
    else if (field.number === 4) inputs.push(textOf(field));
    else if (field.number === 5) outputs.push(textOf(field));
    else if (field.number === 7) nodes.push(parseNode(bytesOf(field), count));
    else if (field.number === 10) head.domain = textOf(field);
    else if (field.number === 11) defaults.push(parseAttribute(bytesOf(field)));
    else if (field.number === 13) head.overload = textOf(field);
  });
  return { ...head, inputs, outputs, nodes, defaults };
}

function parseEntry(message: Uint8Array): [string, string] {
  const entry: [string, string] = ['', ''];
  eachField(message, (field) => {
    if (field.number === 1 || field.number === 2) entry[field.number - 1] = textOf(field);
  });
  return entry;
}

import { PbfWriter } from 'pbf';

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 };
const OPERATOR_SET = { version: 2 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, float: 2, int: 3, text: 4, ints: 8, type: 20 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, ints: 7 };
const TENSOR = { dims: 1, dataType: 2, name: 8, raw: 9 };
const VALUE_INFO = { name: 1, type: 2 };
const TENSOR_TYPE = { tensor: 1, element: 1, shape: 2 };
const DIMENSION = { one: 1, value: 1, name: 2 };
const DATA_TYPE = { float: 1, int64: 7 };
/** IR 9 and operator set 20 came with ONNX 1.15; the latter is the first that has Gelu. */
const IR_VERSION = 9;
const OPSET = 20;

type Attribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

interface Node {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Readonly<Record<string, Attribute>>;
}

interface Initializer {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly number[];
  readonly raw: Uint8Array;
}

/** A tensor that comes from outside, or goes there. */
interface Outside {
  readonly name: string;
  readonly dataType: number;
  /** A name for a length that is free. */
  readonly shape: readonly (number | string)[];
}

/**
 * Collects the nodes of an ONNX graph, in the order in which they run, and writes its file by pbf: it has all that writing (and
 * reading) takes in 12 KB, where the other libraries bring a runtime for schemas.
 */
export class OnnxGraph {
  private readonly nodes: Node[] = [];
  private readonly initializers: Initializer[] = [];
  private readonly inputs: Outside[] = [];
  private readonly outputs: Outside[] = [];
  private names = 0;

  /** Adds a node with one output. @returns the output's name */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = this.newName(operator);
    this.nodes.push({ operator, inputs, output, attributes });
    return output;
  }

  /** Adds a constant tensor of 32-bit floats. @returns its name */
  floats(values: Float32Array | readonly number[], shape: readonly number[]): string {
    const { buffer, byteOffset, byteLength } = Float32Array.from(values);
    return this.initializer(DATA_TYPE.float, shape, new Uint8Array(buffer, byteOffset, byteLength));
  }

  /** Adds a constant vector of 64-bit integers. @returns its name */
  integers(values: readonly number[]): string {
    const { buffer } = BigInt64Array.from(values, BigInt);
    return this.initializer(DATA_TYPE.int64, [values.length], new Uint8Array(buffer));
  }

  /** An input of any number of rows. @param shape of one row */
  input(name: string, shape: readonly number[], dataType: 'float' | 'int64' = 'float'): void {
    this.inputs.push({ name, dataType: DATA_TYPE[dataType], shape: [`${name}_rows`, ...shape] });
  }

  /** Makes a tensor an output. @param shape of one row of it */
  output(name: string, tensor: string, shape: readonly number[]): void {
    this.nodes.push({ operator: 'Identity', inputs: [tensor], output: name, attributes: {} });
    this.outputs.push({ name, dataType: DATA_TYPE.float, shape: [`${name}_rows`, ...shape] });
  }

  /** The bytes of a .onnx file. */
  file(): Uint8Array {
    const pbf = new PbfWriter();
    pbf.writeVarintField(MODEL.irVersion, IR_VERSION);
    pbf.writeStringField(MODEL.producer, 'goodnet');
    pbf.writeMessage(MODEL.graph, writeGraph, {
      nodes: this.nodes,
      initializers: this.initializers,
      inputs: this.inputs,
      outputs: this.outputs,
    });
    pbf.writeMessage(MODEL.opset, (version, to) => to.writeVarintField(OPERATOR_SET.version, version), OPSET);
    return pbf.finish();
  }

  private initializer(dataType: number, shape: readonly number[], raw: Uint8Array): string {
    const name = this.newName('constant');
    this.initializers.push({ name, dataType, shape, raw });
    return name;
  }

  private newName(prefix: string): string {
    return `${prefix}_${this.names++}`;
  }
}

interface Parts {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly Outside[];
  readonly outputs: readonly Outside[];
}

function writeGraph({ nodes, initializers, inputs, outputs }: Parts, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(GRAPH.node, writeNode, node);
  pbf.writeStringField(GRAPH.name, 'goodnet');
  for (const tensor of initializers) pbf.writeMessage(GRAPH.initializer, writeInitializer, tensor);
  for (const input of inputs) pbf.writeMessage(GRAPH.input, writeOutside, input);
  for (const output of outputs) pbf.writeMessage(GRAPH.output, writeOutside, output);
}

function writeNode({ operator, inputs, output, attributes }: Node, pbf: PbfWriter): void {
  for (const input of inputs) pbf.writeStringField(NODE.input, input);
  pbf.writeStringField(NODE.output, output);
  pbf.writeStringField(NODE.operator, operator);
  for (const attribute of Object.entries(attributes))
    pbf.writeMessage(NODE.attribute, writeAttribute, attribute);
}

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(ATTRIBUTE.name, name);
  const type = (of: number) => pbf.writeVarintField(ATTRIBUTE.type, of);
  if ('float' in value) {
    pbf.writeFloatField(ATTRIBUTE.float, value.float);
    type(ATTRIBUTE_TYPE.float);
  } else if ('int' in value) {
    pbf.writeVarintField(ATTRIBUTE.int, value.int);
    type(ATTRIBUTE_TYPE.int);
  } else if ('text' in value) {
    pbf.writeStringField(ATTRIBUTE.text, value.text);
    type(ATTRIBUTE_TYPE.text);
  } else {
    for (const each of value.ints) pbf.writeVarintField(ATTRIBUTE.ints, each);
    type(ATTRIBUTE_TYPE.ints);
  }
}

function writeInitializer({ name, dataType, shape, raw }: Initializer, pbf: PbfWriter): void {
  for (const size of shape) pbf.writeVarintField(TENSOR.dims, size);
  pbf.writeVarintField(TENSOR.dataType, dataType);
  pbf.writeStringField(TENSOR.name, name);
  pbf.writeBytesField(TENSOR.raw, raw);
}

function writeOutside(outside: Outside, pbf: PbfWriter): void {
  pbf.writeStringField(VALUE_INFO.name, outside.name);
  pbf.writeMessage(
    VALUE_INFO.type,
    (of, type) => type.writeMessage(TENSOR_TYPE.tensor, writeTensorType, of),
    outside,
  );
}

function writeTensorType({ dataType, shape }: Outside, pbf: PbfWriter): void {
  pbf.writeVarintField(TENSOR_TYPE.element, dataType);
  pbf.writeMessage(TENSOR_TYPE.shape, writeShape, shape);
}

function writeShape(shape: Outside['shape'], pbf: PbfWriter): void {
  for (const size of shape) pbf.writeMessage(DIMENSION.one, writeDimension, size);
}

function writeDimension(size: number | string, pbf: PbfWriter): void {
  if (typeof size === 'number') pbf.writeVarintField(DIMENSION.value, size);
  else pbf.writeStringField(DIMENSION.name, size);
}

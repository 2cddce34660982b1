import { bytes, type Field, float, int, join, message } from './protobuf';

/** Field numbers of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto). */
const MODEL = { irVersion: 1, producer: 2, graph: 7, opset: 8 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, float: 2, int: 3, ints: 8, type: 20 };
const ATTRIBUTE_TYPE = { float: 1, int: 2, ints: 7 };
const TENSOR = { dims: 1, dataType: 2, name: 8, raw: 9 };
const DATA_TYPE = { float: 1, int64: 7 };
const IR_VERSION = 8;
/** ReduceMax takes its axes as an attribute up to 17. */
const OPSET = 13;

type Attribute = { float: number } | { int: number } | { ints: readonly number[] };

/** Collects the nodes of an ONNX graph in the order in which they run. */
export class OnnxGraph {
  private readonly fields: Field[] = [];
  private names = 0;

  /** Adds a node with one output. @returns the output's name */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
  ): string {
    const output = this.newName(operator);
    this.fields.push(
      message(GRAPH.node, [
        ...inputs.map((input) => bytes(NODE.input, input)),
        bytes(NODE.output, output),
        bytes(NODE.operator, operator),
        ...Object.entries(attributes).map(([name, value]) =>
          message(NODE.attribute, [bytes(ATTRIBUTE.name, name), ...attributeValue(value)]),
        ),
      ]),
    );
    return output;
  }

  /** Adds a constant tensor of 32-bit floats. @returns its name */
  floats(values: Float32Array, shape: readonly number[]): string {
    return this.initializer(DATA_TYPE.float, shape, new Uint8Array(Float32Array.from(values).buffer));
  }

  /** Adds a constant vector of 64-bit integers. @returns its name */
  integers(values: readonly number[]): string {
    const raw = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    return this.initializer(DATA_TYPE.int64, [values.length], raw);
  }

  /** An input of any number of images. @param shape of one image */
  input(name: string, shape: readonly number[]): void {
    this.fields.push(message(GRAPH.input, valueInfo(name, shape)));
  }

  /** Makes a tensor an output. @param length values an image */
  output(name: string, tensor: string, length: number): void {
    this.fields.push(
      message(GRAPH.node, [
        bytes(NODE.input, tensor),
        bytes(NODE.output, name),
        bytes(NODE.operator, 'Identity'),
      ]),
      message(GRAPH.output, valueInfo(name, [length])),
    );
  }

  /** The bytes of a .onnx file. */
  file(): Uint8Array {
    return join([
      int(MODEL.irVersion, IR_VERSION),
      bytes(MODEL.producer, 'goodnet bench'),
      message(MODEL.graph, [bytes(GRAPH.name, 'goodnet'), ...this.fields]),
      message(MODEL.opset, [int(2, OPSET)]),
    ]);
  }

  private initializer(dataType: number, shape: readonly number[], raw: Uint8Array): string {
    const name = this.newName('weights');
    const dims = shape.map((size) => int(TENSOR.dims, size));
    this.fields.push(
      message(GRAPH.initializer, [
        ...dims,
        int(TENSOR.dataType, dataType),
        bytes(TENSOR.name, name),
        bytes(TENSOR.raw, raw),
      ]),
    );
    return name;
  }

  private newName(prefix: string): string {
    return `${prefix}_${this.names++}`;
  }
}

function attributeValue(value: Attribute): Field[] {
  if ('float' in value)
    return [float(ATTRIBUTE.float, value.float), int(ATTRIBUTE.type, ATTRIBUTE_TYPE.float)];
  if ('int' in value) return [int(ATTRIBUTE.int, value.int), int(ATTRIBUTE.type, ATTRIBUTE_TYPE.int)];
  return [...value.ints.map((each) => int(ATTRIBUTE.ints, each)), int(ATTRIBUTE.type, ATTRIBUTE_TYPE.ints)];
}

/** ValueInfoProto: a float tensor whose first dimension is free. */
function valueInfo(name: string, shape: readonly number[]): Field[] {
  const dims = [message(1, [bytes(2, 'n')]), ...shape.map((size) => message(1, [int(1, size)]))];
  return [bytes(1, name), message(2, [message(1, [int(1, DATA_TYPE.float), message(2, dims)])])];
}

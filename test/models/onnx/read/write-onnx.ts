import { PbfWriter } from 'pbf';

/** A node as a test tells it: operator, inputs, outputs, attributes. */
export interface TestNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs?: readonly string[];
  readonly domain?: string;
  readonly attributes?: Readonly<
    Record<string, number | string | readonly number[] | TestTensor | Reference>
  >;
}

/** An attribute's value that the call of the function tells. */
export interface Reference {
  readonly from: string;
}

export interface TestTensor {
  readonly dims: readonly number[];
  /** float32, unless another type is told. */
  readonly values?: readonly number[];
  readonly type?: number;
  readonly raw?: Uint8Array;
  readonly external?: Readonly<Record<string, string>>;
}

export interface TestNet {
  readonly nodes: readonly TestNode[];
  readonly weights?: Readonly<Record<string, TestTensor>> | readonly (readonly [string, TestTensor])[];
  readonly input?: readonly (number | string)[];
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly opset?: number;
  readonly functions?: readonly {
    name: string;
    inputs: string[];
    outputs: string[];
    nodes: readonly TestNode[];
  }[];
  readonly metadata?: Readonly<Record<string, string>>;
}

export const FLOAT = 1;
export const INT64 = 7;

/** Whole numbers, such as a Reshape takes. */
export const wholes = (...values: number[]): TestTensor => ({ dims: [values.length], type: INT64, values });

/** The bytes of an .onnx file; a net of images `x` that answers `y`, each node giving the name before it where none is told. */
export function onnxFile(net: TestNet): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, 9);
  pbf.writeStringField(2, 'test');
  pbf.writeMessage(7, writeGraph, net);
  pbf.writeMessage(8, (opset, to) => to.writeVarintField(2, opset), net.opset ?? 17);
  for (const entry of Object.entries(net.metadata ?? {})) pbf.writeMessage(14, writeEntry, entry);
  for (const each of net.functions ?? []) {
    pbf.writeMessage(
      25,
      ({ name, inputs, outputs, nodes }, to) => {
        to.writeStringField(1, name);
        for (const input of inputs) to.writeStringField(4, input);
        for (const output of outputs) to.writeStringField(5, output);
        for (const node of nodes) to.writeMessage(7, writeNode, node);
        to.writeStringField(10, 'own');
      },
      each,
    );
  }
  return pbf.finish();
}

function writeGraph(
  { nodes, weights = {}, input = ['N', 3, 8, 8], inputs = ['x'], outputs = ['y'] }: TestNet,
  pbf: PbfWriter,
): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  for (const tensor of Array.isArray(weights) ? weights : Object.entries(weights))
    pbf.writeMessage(5, writeTensor, tensor);
  for (const name of inputs) pbf.writeMessage(11, writeInfo, [name, input] as const);
  for (const name of outputs) pbf.writeMessage(12, writeInfo, [name, ['N', 3]] as const);
}

function writeNode(
  { operator, inputs, outputs = ['y'], domain, attributes = {} }: TestNode,
  pbf: PbfWriter,
): void {
  for (const input of inputs) pbf.writeStringField(1, input);
  for (const output of outputs) pbf.writeStringField(2, output);
  pbf.writeStringField(3, `the ${operator}`);
  pbf.writeStringField(4, operator);
  for (const attribute of Object.entries(attributes)) pbf.writeMessage(5, writeAttribute, attribute);
  if (domain !== undefined) pbf.writeStringField(7, domain);
}

type Attribute = NonNullable<TestNode['attributes']>[string];

function writeAttribute([name, value]: [string, Attribute], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  if (typeof value === 'string') pbf.writeStringField(4, value);
  else if (Array.isArray(value)) for (const each of value) pbf.writeVarintField(8, each);
  else if (typeof value === 'object' && 'dims' in value)
    pbf.writeMessage(5, writeTensor, ['', value] as const);
  else if (typeof value === 'object' && 'from' in value) pbf.writeStringField(21, value.from);
  else if (Number.isInteger(value)) pbf.writeVarintField(3, value as number);
  else pbf.writeFloatField(2, value as number);
}

function writeTensor(
  [name, { dims, values, type = FLOAT, raw, external }]: readonly [string, TestTensor],
  pbf: PbfWriter,
): void {
  for (const length of dims) pbf.writeVarintField(1, length);
  pbf.writeVarintField(2, type);
  if (values && type === INT64) pbf.writePackedVarint(7, [...values]);
  else if (values) pbf.writePackedFloat(4, [...values]);
  pbf.writeStringField(8, name);
  if (raw) pbf.writeBytesField(9, raw);
  for (const entry of Object.entries(external ?? {})) pbf.writeMessage(13, writeEntry, entry);
  if (external) pbf.writeVarintField(14, 1);
}

function writeEntry([key, value]: [string, string], pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeInfo([name, dims]: readonly [string, readonly (number | string)[]], pbf: PbfWriter): void {
  pbf.writeStringField(1, name);
  const shape = (_: unknown, to: PbfWriter) => {
    for (const dim of dims)
      to.writeMessage(
        1,
        (length, at) =>
          typeof length === 'number' ? at.writeVarintField(1, length) : at.writeStringField(2, length),
        dim,
      );
  };
  const tensor = (_: unknown, to: PbfWriter) => {
    to.writeVarintField(1, FLOAT);
    to.writeMessage(2, shape, undefined);
  };
  pbf.writeMessage(2, (_, to) => to.writeMessage(1, tensor, undefined), undefined);
}

/** Weights of a dense layer behind a mean over places: `w`, from 3 channels to 3 classes. */
export const W: TestTensor = { dims: [3, 3], values: [1, 0, 0.5, -1, 2, 0, 0.25, 1, -0.5] };

/** A net that takes the mean of its images, then does what `nodes` do with `m` (batch, 3), which is then multiplied by `w`. */
export function small(nodes: readonly TestNode[] = [], more: Partial<TestNet> = {}): TestNet {
  const all: TestNode[] = [
    { operator: 'ReduceMean', inputs: ['x'], outputs: ['m'], attributes: { axes: [2, 3], keepdims: 0 } },
    ...nodes,
    { operator: 'MatMul', inputs: [nodes.at(-1)?.outputs?.[0] ?? 'm', 'w'], outputs: ['y'] },
  ];
  return { nodes: all, ...more, weights: { w: W, ...(more.weights as Record<string, TestTensor>) } };
}

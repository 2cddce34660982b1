/** Messages of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as nets need them. */
export interface ModelProto {
  readonly producer: string;
  /** Version of the operators, by domain; `` is ONNX's own. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly graph: GraphProto;
  readonly functions: readonly FunctionProto[];
  readonly metadata: readonly (readonly [key: string, value: string])[];
}

export interface GraphProto {
  readonly nodes: readonly NodeProto[];
  readonly initializers: readonly TensorProto[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface NodeProto {
  /** Empty for inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly name: string;
  readonly operator: string;
  readonly domain: string;
  readonly overload: string;
  readonly attributes: readonly AttributeProto[];
}

export interface AttributeProto {
  readonly name: string;
  /** Of the function that the node stands in, which it takes its value from. */
  readonly reference: string;
  readonly float: number;
  readonly int: number;
  readonly text: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly tensor: TensorProto | undefined;
  /** Whether it holds a graph, several tensors or text, or what else no net of layers has. */
  readonly isOther: boolean;
}

export interface TensorProto {
  readonly name: string;
  readonly dataType: number;
  readonly dims: readonly number[];
  /** Its values' bytes, little-endian; undefined where they are written as numbers, or lie in another file. */
  readonly raw: Uint8Array | undefined;
  /** Values that are written as numbers: 32-bit floats, 64-bit floats, or whole ones, packed. */
  readonly numbers:
    | { readonly kind: 'float' | 'double' | 'whole'; readonly bytes: readonly Uint8Array[] }
    | undefined;
  /** Where its values lie in another file: `location`, `offset`, `length`. */
  readonly external: ReadonlyMap<string, string> | undefined;
}

export interface ValueInfo {
  readonly name: string;
  readonly dataType: number;
  /** Null for a length that is open; undefined where none is told. */
  readonly dims: readonly (number | null)[] | undefined;
}

export interface FunctionProto {
  readonly name: string;
  readonly domain: string;
  readonly overload: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly nodes: readonly NodeProto[];
  /** Attributes that have a value where a node tells none. */
  readonly defaults: readonly AttributeProto[];
}

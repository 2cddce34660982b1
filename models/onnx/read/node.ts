import { NetError } from '../../errors';
import type { Constant } from './constant';
import type { AttributeProto, NodeProto, TensorProto } from './proto/messages';

/** What reads a tensor's values. */
export type ReadTensor = (tensor: TensorProto) => Constant;

const EXPORT_HINT = 'Build the net without it, and export it again.';

/** A node of an ONNX graph, its attributes read by type; `finish` refuses those that nobody has read. */
export class Node {
  readonly #attributes: ReadonlyMap<string, AttributeProto>;
  readonly #read = new Set<string>();

  constructor(
    readonly proto: NodeProto,
    /** Version of ONNX's operators. */
    readonly opset: number,
  ) {
    this.#attributes = new Map(proto.attributes.map((each) => [each.name, each]));
  }

  get operator(): string {
    return this.proto.operator;
  }

  /** Its name, or that of what it gives, for messages: `Node "/conv1/Conv" (Conv)`. */
  get where(): string {
    const { name, outputs, domain, operator } = this.proto;
    return `Node "${name || (outputs[0] ?? '')}" (${domain === '' ? '' : `${domain}.`}${operator})`;
  }

  attribute(name: string): AttributeProto | undefined {
    this.#read.add(name);
    return this.#attributes.get(name);
  }

  int(name: string, fallback: number): number {
    const value = this.attribute(name)?.int ?? fallback;
    if (!Number.isInteger(value)) throw this.refused(`has ${name}=${value}`);
    return value;
  }

  float(name: string, fallback: number): number {
    return this.attribute(name)?.float ?? fallback;
  }

  text(name: string, fallback: string): string {
    return this.attribute(name)?.text || fallback;
  }

  ints(name: string): readonly number[] | undefined {
    return this.attribute(name)?.ints;
  }

  /** @throws NetError where an attribute is told, and none of the values that leave the result as it is */
  only(name: string, allowed: readonly (number | string)[]): void {
    const attribute = this.attribute(name);
    if (!attribute) return;
    const { ints, text } = attribute;
    const values: (number | string)[] = ints.length > 0 ? [...ints] : [text === '' ? attribute.int : text];
    if (!values.every((value) => allowed.includes(value))) throw this.refused(`has ${name}=${values}`);
  }

  /** @throws NetError for an attribute that may change the result and that nothing has looked at */
  finish(): void {
    for (const name of this.#attributes.keys()) {
      if (this.#read.has(name)) continue;
      throw this.refused(`has the attribute "${name}", which GoodNet does not know`);
    }
  }

  /** The refusal of the node, which says why: `has …`, `works on …`. */
  refused(why: string, hint = EXPORT_HINT): NetError {
    return new NetError(`${this.where} ${why}, which can't be used`, { hint });
  }
}

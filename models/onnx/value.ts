import { present } from '../present';
import type { OnnxGraph } from './graph';

/** Of images channels last (n, height, width, channels) to channels first, and back. */
const TO_FIRST = { perm: { ints: [0, 3, 1, 2] } };
const TO_LAST = { perm: { ints: [0, 2, 3, 1] } };

/**
 * A tensor of a graph, of n images. What is image-shaped lies channels first there, where ONNX's convolutions take it so, or channels
 * last, as in Keras; it is turned where it is asked for otherwise, once.
 */
export class Value {
  private constructor(
    private readonly graph: OnnxGraph,
    /** In Keras, without the first dimension. */
    readonly shape: readonly number[],
    private lastName: string | undefined,
    private firstName: string | undefined,
  ) {}

  /** A tensor that lies as in Keras. */
  static last(graph: OnnxGraph, name: string, shape: readonly number[]): Value {
    return new Value(graph, shape, name, undefined);
  }

  /** An image-shaped tensor that lies channels first. */
  static first(graph: OnnxGraph, name: string, shape: readonly number[]): Value {
    return new Value(graph, shape, undefined, name);
  }

  get isImage(): boolean {
    return this.shape.length === 3;
  }

  /** Whether it is there channels first. */
  get isChannelsFirst(): boolean {
    return this.firstName !== undefined;
  }

  /** Its name, as in Keras. */
  get last(): string {
    this.lastName ??= this.graph.node('Transpose', [present(this.firstName, 'A name')], TO_LAST);
    return this.lastName;
  }

  /** Its name, channels first; of image-shaped ones alone. */
  get first(): string {
    this.firstName ??= this.graph.node('Transpose', [present(this.lastName, 'A name')], TO_FIRST);
    return this.firstName;
  }

  /** What of the same shape comes of it, wherever its channels lie. @param make gives the new tensor's name */
  mapped(make: (name: string, channels: ChannelAxis) => string): Value {
    return this.isChannelsFirst
      ? Value.first(this.graph, make(this.first, FIRST), this.shape)
      : Value.last(this.graph, make(this.last, LAST), this.shape);
  }
}

/** Where the channels of a tensor lie. */
export interface ChannelAxis {
  readonly axis: 1 | -1;
  /** The shape of one value a channel. */
  shape(channels: number): number[];
}

export const FIRST: ChannelAxis = { axis: 1, shape: (channels) => [channels, 1, 1] };
export const LAST: ChannelAxis = { axis: -1, shape: (channels) => [channels] };

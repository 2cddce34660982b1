import * as tf from '@tensorflow/tfjs-core';
import { CUT, headBehindCut } from '../nets/features';
import { margins } from './margin';
import type { DetectorNets } from './nets';
import { imageTensor, outputsOf, type ToLogits, toLogitsBy } from './run';

/** What halves of an image are transplanted onto, and what then answers. */
export interface Transplant {
  /** What is cut: what B gives as its cut (see featureNet), or images themselves. */
  readonly from: 'cut' | 'image';
  /** Clean images, the hosts: count × height × width × channels values of 0–255. */
  readonly hosts: Uint8Array;
  readonly count: number;
}

/** A transplant with the hosts' features at hand. */
export interface LoadedTransplant {
  /** B from the cut on: n × height × width × channels of the cut → logits. */
  readonly logits: ToLogits;
  /** Height, width and channels of what is cut. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly count: number;
  /** count × height × width × channels of the cut. */
  readonly hosts: Float32Array;
}

/** The halves that are transplanted: top, bottom, left, right. */
const HALVES = 4;
/** Images whose transplants run through the net at once. */
const IMAGES_AT_ONCE = 4;

/** Runs the hosts through B. */
export function loadTransplant(
  nets: Pick<DetectorNets, 'shape' | 'pixels' | 'classes' | 'bad'>,
  { from, hosts, count }: Transplant,
): LoadedTransplant {
  const cut = tf.tidy(() => {
    const images = imageTensor(hosts, count, nets.shape, nets.pixels);
    return from === 'cut' ? outputsOf(nets.bad, images)[CUT]! : images;
  });
  const features = cut.dataSync().slice() as Float32Array;
  cut.dispose();
  const shape = cut.shape.slice(1) as [number, number, number];
  const net = from === 'cut' ? headBehindCut(nets.bad) : nets.bad;
  const logits = toLogitsBy(net, (rows, n) => tf.tensor4d(rows, [n, ...shape]));
  return { logits, shape, classes: nets.classes, count, hosts: features };
}

/**
 * How sure B stays of its class when half of an image is all that is left of it: each half is transplanted onto the
 * hosts, in the features that B's head works on. What lies in one quarter of an image lies in two of its halves whole, so
 * that the half that comes second counts: a trigger goes on naming its target there; a clean image's half rarely names
 * its class.
 * @param cut n × height × width × channels values of the cut
 * @param at the class that B names for each image
 * @returns n mean logit margins at those classes
 */
export async function transplantEvidence(
  loaded: LoadedTransplant,
  cut: Float32Array,
  at: Int32Array,
): Promise<Float32Array> {
  const { logits, shape, classes, count } = loaded;
  const size = shape[0] * shape[1] * shape[2];
  const each = HALVES * count;
  const found = new Float32Array(at.length);
  for (let start = 0; start < at.length; start += IMAGES_AT_ONCE) {
    const n = Math.min(IMAGES_AT_ONCE, at.length - start);
    const rows = new Float32Array(n * each * size);
    for (let i = 0; i < n; i++) {
      const features = cut.subarray((start + i) * size, (start + i + 1) * size);
      transplant(rows.subarray(i * each * size, (i + 1) * each * size), features, loaded);
    }
    const values = await logits(rows, n * each);
    const named = Int32Array.from({ length: n * each }, (_, row) => at[start + Math.floor(row / each)]!);
    const found4 = margins(values, classes, named);
    for (let i = 0; i < n; i++)
      found[start + i] = secondHighestHalf(found4.subarray(i * each, (i + 1) * each));
  }
  return found;
}

/** Fills HALVES × hosts rows, half by half. */
function transplant(
  rows: Float32Array,
  features: Float32Array,
  { hosts, count, shape }: LoadedTransplant,
): void {
  const [height, width, channels] = shape;
  const line = width * channels;
  const middle = (width >> 1) * channels;
  const spans = [
    { from: 0, to: height >> 1, left: 0, right: line },
    { from: height >> 1, to: height, left: 0, right: line },
    { from: 0, to: height, left: 0, right: middle },
    { from: 0, to: height, left: middle, right: line },
  ];
  spans.forEach(({ from, to, left, right }, half) => {
    const start = half * hosts.length;
    rows.set(hosts, start);
    for (let host = 0; host < count; host++) {
      for (let y = from; y < to; y++) {
        const at = y * line;
        rows.set(features.subarray(at + left, at + right), start + host * features.length + at + left);
      }
    }
  });
}

/** The second highest of the halves' means. */
function secondHighestHalf(values: Float32Array): number {
  const hosts = values.length / HALVES;
  const means = Array.from({ length: HALVES }, (_, half) => {
    let sum = 0;
    for (let host = 0; host < hosts; host++) sum += values[half * hosts + host]!;
    return sum / hosts;
  });
  return means.sort((a, b) => b - a)[1]!;
}

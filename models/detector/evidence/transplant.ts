import * as tf from '@tensorflow/tfjs-core';
import { CUT, headBehindCut } from '../../nets/features';
import { margins } from '../margin';
import type { DetectorNets, Transplant } from '../nets';
import { imageTensor, outputsWithin, type ToLogits, toLogitsBy } from '../run';
import type { Region } from '../transplant-regions';
import type { Kind } from './kind';
import { taking } from './takes';

const HOSTS_FILE = 'hosts.bin';

/**
 * How sure B stays of its class when half of the image is all that is left of it, on clean images (in the spirit of Gao et al., STRIP,
 * ACSAC 2019, and Chou et al., SentiNet, 2020). It costs much, and is asked only of the images that the other kinds find the most
 * suspicious (see addTransplantEvidence); what it reads of all is what is cut.
 */
export const transplant: Kind<Transplant> = {
  name: 'transplant',
  asks: 'Does half of the image suffice for B’s class, when it is transplanted onto clean images?',
  without({ isHad, namedByHalves }) {
    if (isHad) return undefined;
    if (namedByHalves === undefined) return 'it needs images in the bundle, and none may be kept';
    const share = Math.round(100 * namedByHalves);
    return `half of the image alone has B name the class of ${share} % of the clean images asked, without any trigger`;
  },
  stored: {
    at: ['transplant'],
    field: ({ count, from }) => ({ count, from }),
    files: ({ hosts }) => [{ path: HOSTS_FILE, bytes: hosts }],
    async read(field, { shape: { height, width, channels }, read }) {
      const { count, from } = field as Pick<Transplant, 'count' | 'from'>;
      const hosts = await read(HOSTS_FILE);
      const expected = count * height * width * channels;
      if (hosts.length !== expected)
        throw new RangeError(`${HOSTS_FILE} has ${hosts.length} bytes, not ${expected}`);
      return { count, from, hosts };
    },
  },
  open: (part) => part && taking(part.from === 'cut' ? { of: 'bad', output: CUT } : { of: 'image' }),
};

/** What of some images tells of their regions: see transplantMargins. */
export type RegionMargins = (
  cut: Float32Array,
  at: Int32Array,
  regions: readonly Region[],
) => Promise<Float32Array>;

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

/**
 * Images whose transplants run through the net at once.
 * Origin: chosen by hand, for memory and time; verdicts do not depend on it.
 */
export const IMAGES_AT_ONCE = 4;

/** Runs the hosts through B. */
export function loadTransplant(
  nets: Pick<DetectorNets, 'shape' | 'pixels' | 'classes' | 'bad' | 'memory'>,
  { from, hosts, count }: Transplant,
): LoadedTransplant {
  const cut = tf.tidy(() => {
    const images = imageTensor(hosts, count, nets.shape, nets.pixels);
    return from === 'cut' ? outputsWithin(nets.bad, images, nets.memory)[CUT]! : images;
  });
  const features = cut.dataSync().slice() as Float32Array;
  cut.dispose();
  const shape = cut.shape.slice(1) as [number, number, number];
  const net = from === 'cut' ? headBehindCut(nets.bad) : nets.bad;
  const logits = toLogitsBy(net, (rows, n) => tf.tensor4d(rows, [n, ...shape]), nets.memory);
  return { logits, shape, classes: nets.classes, count, hosts: features };
}

/**
 * How sure B stays of its class when half of an image is all that is left of it: each region is transplanted onto the
 * hosts, in the features that B's head works on. A trigger goes on naming its target from the regions that hold it whole; a clean
 * image's regions rarely name its class.
 * @param cut n × height × width × channels values of the cut
 * @param at the class that B names for each image
 * @returns n × regions logit margins at those classes, each the mean over the hosts
 */
export async function transplantMargins(
  loaded: LoadedTransplant,
  cut: Float32Array,
  at: Int32Array,
  regions: readonly Region[],
): Promise<Float32Array> {
  const { logits, shape, classes, count } = loaded;
  const size = shape[0] * shape[1] * shape[2];
  const each = regions.length * count;
  const spans = regions.map((region) => spanOf(region, shape));
  const found = new Float32Array(at.length * regions.length);
  for (let start = 0; start < at.length; start += IMAGES_AT_ONCE) {
    const n = Math.min(IMAGES_AT_ONCE, at.length - start);
    const rows = new Float32Array(n * each * size);
    for (let i = 0; i < n; i++) {
      const features = cut.subarray((start + i) * size, (start + i + 1) * size);
      fill(rows.subarray(i * each * size, (i + 1) * each * size), features, loaded, spans);
    }
    const values = await logits(rows, n * each);
    const predicted = Int32Array.from({ length: n * each }, (_, row) => at[start + Math.floor(row / each)]!);
    margins(values, classes, predicted).forEach((margin, row) => {
      found[start * regions.length + Math.floor(row / count)]! += margin / count;
    });
  }
  return found;
}

/** Rows, and values within a row, of a region: each from the first up to, not including, the second. */
interface Span {
  readonly rows: readonly [number, number];
  readonly values: readonly [number, number];
}

function spanOf(region: Region, [height, width, channels]: LoadedTransplant['shape']): Span {
  const [first, end, left, right] = sidesOf(region, height, width);
  return { rows: [first, end], values: [left * channels, right * channels] };
}

/** Where a region is: rows, then columns, each from the first up to, not including, the second. */
export function sidesOf(
  region: Region,
  height: number,
  width: number,
): readonly [number, number, number, number] {
  const [down, across] = [height >> 1, width >> 1];
  const sides = {
    top: [0, down, 0, width],
    bottom: [down, height, 0, width],
    left: [0, height, 0, across],
    right: [0, height, across, width],
    rows: [height >> 2, (height >> 2) + down, 0, width],
    columns: [0, height, width >> 2, (width >> 2) + across],
  } as const;
  return sides[region];
}

/** Fills spans × hosts rows, region by region. */
function fill(
  rows: Float32Array,
  features: Float32Array,
  { hosts, count, shape: [, width, channels] }: LoadedTransplant,
  spans: readonly Span[],
): void {
  const line = width * channels;
  spans.forEach(({ rows: [first, end], values: [left, right] }, region) => {
    const start = region * hosts.length;
    rows.set(hosts, start);
    for (let host = 0; host < count; host++) {
      for (let y = first; y < end; y++) {
        const at = y * line;
        rows.set(features.subarray(at + left, at + right), start + host * features.length + at + left);
      }
    }
  });
}

import { Random } from '../random';

/** Features are folded to at most so many values. Origin: chosen by hand; not varied. */
const MOST_VALUES = 256;
/**
 * So many classes that B holds for the likeliest are compared with: of 1,283, this finds nearly what all of them do.
 * Origin: a trial on clean_validation_data of faces1283 whose figures were not kept.
 */
const LIKELIEST = 32;
/** Origin: no choice: keeps a division finite. */
const LEAST_LENGTH = 1e-12;

/** What B gives of n images (see featureNet): n rows each. */
export interface Features {
  /** n × N logits. */
  readonly logits: Float32Array;
  readonly latent: Float32Array;
  readonly trunk?: Float32Array | undefined;
  readonly stem?: { readonly values: Float32Array; readonly channels: number } | undefined;
}

/** What distances are measured of one image. */
export interface Summary {
  /** The classes that B holds for the likeliest. */
  readonly likeliest: Int32Array;
  /** Folded, and of length 1. */
  readonly latent: Float32Array;
  readonly trunk: Float32Array | undefined;
  /** The mean of each channel of the stem, then the deviation of each. */
  readonly look: Float32Array | undefined;
}

/** What the distances need of what B gives of n images. */
export function summarise({ logits, latent, trunk, stem }: Features, n: number): Summary[] {
  return Array.from({ length: n }, (_, i) => {
    const row = (values: Float32Array) =>
      values.subarray((i * values.length) / n, ((i + 1) * values.length) / n);
    return {
      likeliest: likeliest(row(logits)),
      latent: folded(row(latent)),
      trunk: trunk && folded(row(trunk)),
      look: stem && moments(row(stem.values), stem.channels),
    };
  });
}

/** The classes of the highest logits, in no order. */
function likeliest(logits: Float32Array): Int32Array {
  const order = Int32Array.from({ length: Math.min(LIKELIEST, logits.length) }, (_, each) => each);
  let lowest = lowestOf(order, logits);
  let least = logits[order[lowest]!]!;
  for (let each = order.length; each < logits.length; each++) {
    if (logits[each]! <= least) continue;
    order[lowest] = each;
    lowest = lowestOf(order, logits);
    least = logits[order[lowest]!]!;
  }
  return order;
}

function lowestOf(classes: Int32Array, logits: Float32Array): number {
  let lowest = 0;
  for (let i = 1; i < classes.length; i++) if (logits[classes[i]!]! < logits[classes[lowest]!]!) lowest = i;
  return lowest;
}

/**
 * Fewer values, with about the same angles between them: sums with random signs (feature hashing, Weinberger et al. 2009).
 * @returns of length 1, or 0
 */
function folded(values: Float32Array): Float32Array {
  const made = values.slice(0, MOST_VALUES);
  if (values.length > MOST_VALUES) {
    const turned = signs(values.length);
    for (let i = 0; i < MOST_VALUES; i++) {
      let sum = 0;
      for (let each = i; each < values.length; each += MOST_VALUES) sum += values[each]! * turned[each]!;
      made[i] = sum;
    }
  }
  let square = 0;
  for (const value of made) square += value * value;
  const length = Math.max(Math.sqrt(square), LEAST_LENGTH);
  for (let i = 0; i < made.length; i++) made[i]! /= length;
  return made;
}

/** The mean of each channel, then the deviation of each. */
function moments(values: Float32Array, channels: number): Float32Array {
  const places = values.length / channels;
  const made = new Float64Array(2 * channels);
  for (let at = 0; at < values.length; at += channels) {
    for (let c = 0; c < channels; c++) {
      const value = values[at + c]!;
      made[c]! += value;
      made[channels + c]! += value * value;
    }
  }
  for (let c = 0; c < channels; c++) {
    const mean = made[c]! / places;
    made[c] = mean;
    made[channels + c] = Math.sqrt(Math.max(made[channels + c]! / places - mean * mean, 0));
  }
  return new Float32Array(made);
}

const known = new Map<number, Float32Array>();

/** The same on every machine, for bundles don't hold them. */
function signs(features: number): Float32Array {
  let found = known.get(features);
  if (!found) {
    const random = new Random(0, 'signs');
    found = Float32Array.from({ length: features }, () => (random.int(2) === 0 ? -1 : 1));
    known.set(features, found);
  }
  return found;
}

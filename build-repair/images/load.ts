import { ImageError } from '../../models/errors';
import { type ImageBatch, type ImageSet, type ImageShape, imageSize } from '../../models/images/set';
import { present } from '../../models/present';
import { Spool } from './spool';

const BATCH = 256;
const DEFAULT_MEMORY = 512 * 2 ** 20;

export interface LoadOptions {
  /** With `false`, a set without labels will do: all of its labels are then 0. By default they must be there. */
  readonly labelsRequired?: boolean;
  /** Pixels beyond this many bytes are kept in a temporary file. By default 512 MiB. */
  readonly memoryBytes?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Images at hand in any order, in memory or, past a limit, in a temporary file. */
export interface LoadedImages {
  readonly shape: ImageShape;
  readonly count: number;
  /** Each 0…N−1. */
  readonly labels: Int32Array;
  readonly trueLabels: Int32Array | undefined;
  readonly groups: readonly string[] | undefined;
  readonly names: readonly string[];
  /** The images of these indices: n × height × width × channels values of 0–255, channels last. */
  gather(indices: ArrayLike<number>): Float32Array;
  /** Frees the memory and removes the temporary file; `gather` must not be called any more. */
  dispose(): void;
}

/** Consecutive images as they came: whole numbers as bytes, anything else as floats. */
interface Segment {
  readonly start: number;
  readonly at: Uint8Array | Float32Array | { readonly offset: number; readonly bytesEach: 1 | 4 };
}

/**
 * Reads a set once.
 * @throws ImageError for a set without labels, where they are required, or without a readable image, and whatever the set throws
 * @throws GoodNetError `environment` where the temporary file can't be written
 * @throws the signal's reason when it is aborted
 */
export async function loadImages(set: ImageSet, options: LoadOptions = {}): Promise<LoadedImages> {
  const { memoryBytes = DEFAULT_MEMORY, labelsRequired = true, signal, onProgress } = options;
  if (labelsRequired && !set.labelled)
    throw new ImageError(`${set.name} has no labels`, { code: 'LABELS_MISSING' });
  const size = imageSize(set.shape);
  const labels = new Int32Array(set.size);
  const trueLabels = new Int32Array(set.size);
  const groups: string[] = [];
  const names: string[] = [];
  const segments: Segment[] = [];
  let hasTrue = false;
  let held = 0;
  let spool: Spool | undefined;
  try {
    for await (const batch of set.batches(BATCH)) {
      signal?.throwIfAborted();
      const start = names.length;
      const pixels = compact(batch);
      if (held + pixels.byteLength > memoryBytes) {
        spool ??= Spool.create();
        segments.push({
          start,
          at: { offset: spool.append(pixels), bytesEach: pixels.BYTES_PER_ELEMENT as 1 | 4 },
        });
      } else {
        held += pixels.byteLength;
        segments.push({ start, at: pixels });
      }
      if (batch.labels) labels.set(batch.labels, start);
      if (batch.trueLabels) {
        hasTrue = true;
        trueLabels.set(batch.trueLabels, start);
      }
      if (batch.groups) groups.push(...batch.groups);
      names.push(...batch.names);
      onProgress?.(names.length + set.skipped.length, set.size);
      // Reading never waits for anything; this lets Ctrl-C through.
      await new Promise(setImmediate);
    }
    signal?.throwIfAborted();
    if (names.length === 0) {
      throw new ImageError(`${set.name}: none of its ${set.size} images can be read`, {
        code: 'IMAGES_UNREADABLE',
        hint: set.skipped[0] && `The first, ${set.skipped[0].name}: ${set.skipped[0].reason}.`,
      });
    }
  } catch (error) {
    spool?.dispose();
    throw error;
  }
  const count = names.length;
  return {
    shape: set.shape,
    count,
    labels: labels.subarray(0, count),
    trueLabels: hasTrue ? trueLabels.subarray(0, count) : undefined,
    groups: groups.length > 0 ? groups : undefined,
    names,
    gather(indices) {
      const gathered = new Float32Array(indices.length * size);
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!;
        if (!(index >= 0 && index < count)) throw new RangeError(`There is no image ${index} of ${count}`);
        const { start, at } = segmentOf(segments, index);
        const row = (index - start) * size;
        if ('offset' in at)
          present(spool, 'The temporary file').read(
            at.offset + row * at.bytesEach,
            at.bytesEach,
            gathered,
            i * size,
            size,
          );
        else gathered.set(at.subarray(row, row + size), i * size);
      }
      return gathered;
    },
    dispose() {
      segments.length = 0;
      spool?.dispose();
    },
  };
}

/** The indices of all images, in order. */
export function allImages({ count }: Pick<LoadedImages, 'count'>): Int32Array {
  return Int32Array.from({ length: count }, (_, image) => image);
}

/** The groups of some images; undefined where each image stands alone. */
export function groupsOf(
  { groups }: Pick<LoadedImages, 'groups'>,
  images: Int32Array,
): readonly string[] | undefined {
  return groups && Array.from(images, (image) => groups[image]!);
}

/** So many of some images at most, evenly from first to last: sets come sorted by class. */
export function spread(images: Int32Array, most: number): Int32Array {
  const step = Math.ceil(images.length / most);
  return images.filter((_, i) => i % step === 0);
}

/** Bytes where nothing is lost by it. */
function compact({ pixels }: ImageBatch): Uint8Array | Float32Array {
  if (pixels instanceof Uint8Array) return pixels;
  const bytes = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    bytes[i] = pixels[i]!;
    if (bytes[i] !== pixels[i]) return pixels;
  }
  return bytes;
}

function segmentOf(segments: readonly Segment[], index: number): Segment {
  let low = 0;
  let high = segments.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (segments[middle]!.start <= index) low = middle;
    else high = middle - 1;
  }
  return segments[low]!;
}

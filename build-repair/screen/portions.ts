import type { Layout } from '../../models/images/layout';
import type { ImageSet, ImageShape, SkippedImage } from '../../models/images/set';
import { isS3 } from '../../models/store/address';
import type { S3Place } from '../../models/store/s3-files';
import { imageFiles, openImages } from '../images/open-images';
import { PORTION } from './portion-size';

/** Some images of a source, as they are handed to whoever looks at them. */
export type Portion =
  | { readonly kind: 'files'; readonly names: readonly string[] }
  | {
      readonly kind: 'objects';
      readonly names: readonly string[];
      readonly bucket: string;
      readonly keys: readonly string[];
    }
  | {
      readonly kind: 'pixels';
      readonly names: readonly string[];
      /** n × height × width × channels values of 0–255. */
      readonly pixels: Uint8Array | Float32Array;
      readonly refused: readonly SkippedImage[];
    };

/** Images to be looked at, in an order that stays the same. */
export interface Source {
  /** How many images there are, unreadable ones included. */
  readonly size: number;
  /** What lies in a folder and was not taken for an image, and why. */
  readonly ignored: readonly SkippedImage[];
  portions(): AsyncGenerator<Portion, void, void> | Generator<Portion, void, void>;
  close(): void;
}

/**
 * What a path names: a folder of images, one image, an HDF5 set, or `s3://bucket/prefix`.
 * @param leaveOut places whose objects are no uploads: our own results and quarantine
 * @throws ImageError where there is nothing of that kind; GoodNetError where S3 refuses
 */
export async function openSource(
  path: string,
  options: {
    readonly shape: ImageShape;
    readonly dataName?: string | undefined;
    readonly layout?: Layout;
    readonly leaveOut?: readonly S3Place[];
  },
): Promise<Source> {
  if (isS3(path)) {
    const { listObjects } = await import('./objects');
    const { bucket, keys } = await listObjects(path, options.leaveOut);
    return listed(keys, (some) => ({
      kind: 'objects',
      names: some.map((key) => `s3://${bucket}/${key}`),
      bucket,
      keys: some,
    }));
  }
  const files = await imageFiles(path);
  if (files) return listed(files.paths, (names) => ({ kind: 'files', names }), files.ignored);
  return ofSet(await openImages(path, { ...options, labelsRequired: false, skipBad: true }));
}

function listed(
  items: readonly string[],
  portion: (items: readonly string[]) => Portion,
  ignored: readonly SkippedImage[] = [],
): Source {
  return {
    size: items.length,
    ignored,
    *portions() {
      for (let start = 0; start < items.length; start += PORTION)
        yield portion(items.slice(start, start + PORTION));
    },
    close() {},
  };
}

function ofSet(set: ImageSet): Source {
  return {
    size: set.size,
    ignored: set.ignored ?? [],
    async *portions() {
      let reported = 0;
      for await (const { names, pixels } of set.batches(PORTION)) {
        const refused = set.skipped.slice(reported);
        reported = set.skipped.length;
        yield { kind: 'pixels', names, pixels, refused };
        // Reading never waits for anything; this lets Ctrl-C through.
        await new Promise(setImmediate);
      }
      const refused = set.skipped.slice(reported);
      if (refused.length > 0) yield { kind: 'pixels', names: [], pixels: new Uint8Array(0), refused };
    },
    close: () => set.close(),
  };
}

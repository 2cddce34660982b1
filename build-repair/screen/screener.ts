import { batched } from '../../functions/batching';
import { classifierOf } from '../../functions/classifier';
import { Semaphore } from '../../functions/limits';
import { NeverSettled, type Recording, screenObject } from '../../functions/screening/screen-object';
import type { Uploads } from '../../functions/uploads/s3';
import { GoodNetError, messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import type { Rendered } from '../../models/images/decode';
import type { ImageShape } from '../../models/images/set';
import { first, valueAt } from '../../models/present';
import { openTrust } from '../../models/signing/signatures';
import type { Verdict } from '../../models/verdict';
import { mostSuspicious } from '../../models/worst-rendering';
import { isOtherShape, isOtherSize } from '../images/files';
import { inOrder } from '../images/in-order';
import { readImageFile, unreadable } from '../images/read-file';
import type { Portion } from './portions';

/** Files that are decoded at once. */
const DECODING = 4;
/** Objects that are looked at together. */
const OBJECTS = 16;

/** One image's row: its verdict, or why it has none. */
export type ScreenRow =
  | {
      readonly image: string;
      readonly verdict: Verdict;
      readonly className: string | undefined;
      /** Of a picture file of another size than the net takes, or of another shape, too. */
      readonly other?: 'size' | 'shape' | undefined;
    }
  | { readonly image: string; readonly error: string };

/** What a screener is made from; it goes to other processes as it is. */
export interface ScreenerSetup {
  /** A bundle's folder, and its id: what is there may be exchanged before it is loaded. */
  readonly bundle: string;
  readonly id: string;
  /** Keys one of which must have signed it; none where signatures are not asked for. */
  readonly trust: readonly string[];
  /** How verdicts on objects in S3 are written down beside the rows. */
  readonly recording: Recording;
}

/** Looks at portions of images. */
export interface Screener {
  /** See GoodNet. */
  readonly withoutOnnx?: string | undefined;
  /** @returns a row an image, in order; of a set's, those that could not be read last */
  screen(portion: Portion): Promise<ScreenRow[]>;
  close(): void;
}

/** Loads a bundle to screen with, in this process. The engine must have been started. @throws BundleError */
export async function openScreener({ bundle, id, trust, recording }: ScreenerSetup): Promise<Screener> {
  const trusted = trust.length > 0 ? await openTrust(trust) : undefined;
  const goodnet = await GoodNet.load(bundle, { id, trust: trusted });
  const names = goodnet.manifest.classNames;
  const model = batched(classifierOf(goodnet), { maxWaiting: Number.POSITIVE_INFINITY });
  const semaphore = new Semaphore(OBJECTS);
  let uploads: Promise<Uploads> | undefined;

  const rowsOf = (images: readonly string[], verdicts: readonly Verdict[]): ScreenRow[] =>
    verdicts.map((verdict, i) => ({ image: images[i]!, verdict, className: names?.[verdict.class] }));

  async function files(paths: readonly string[]): Promise<ScreenRow[]> {
    const pictures: Rendered[][] = [];
    const readable: string[] = [];
    const rows = new Map<string, ScreenRow>();
    for await (const each of inOrder(paths, DECODING, (path) => readImageFile(path, goodnet.shape))) {
      if (each.status === 'fulfilled') {
        pictures.push(each.value);
        readable.push(each.item);
      } else rows.set(each.item, { image: each.item, error: unreadable(each.reason) });
    }
    const verdicts = await mostSuspicious(pictures, (pixels, count) => goodnet.classify(pixels, count));
    rowsOf(readable, verdicts).forEach((row, i) => {
      rows.set(row.image, { ...row, other: otherOf(first(pictures[i]!), goodnet.shape) });
    });
    return paths.map((path) => valueAt(rows, path));
  }

  async function object(bucket: string, key: string): Promise<ScreenRow> {
    const image = `s3://${bucket}/${key}`;
    uploads ??= openUploads();
    const by = { model, uploads: await uploads, recording };
    const { outcome, verdict, message } = await screenObject({ bucket, key }, by).catch((error) => {
      if (error instanceof NeverSettled)
        return { outcome: error.message, verdict: undefined, message: undefined };
      throw isOfS3(error) ? refusal(image, error) : error;
    });
    if (verdict) return { image, verdict, className: names?.[verdict.class] };
    return { image, error: message ?? (outcome === 'gone' ? 'it is gone' : outcome) };
  }

  return {
    async screen(portion) {
      if (portion.kind === 'files') return await files(portion.names);
      if (portion.kind === 'objects') {
        return await Promise.all(
          portion.keys.map((key) => semaphore.take(() => object(portion.bucket, key))),
        );
      }
      const { names: images, pixels } = portion;
      const rows = images.length > 0 ? rowsOf(images, await goodnet.classify(pixels, images.length)) : [];
      return [...rows, ...portion.refused.map(({ name, reason }) => ({ image: name, error: reason }))];
    },
    withoutOnnx: goodnet.withoutOnnx,
    close: () => goodnet.dispose(),
  };
}

function otherOf({ size }: Rendered, net: ImageShape): 'size' | 'shape' | undefined {
  if (!size || !isOtherSize(size, net)) return undefined;
  return isOtherShape(size, net) ? 'shape' : 'size';
}

/** What the client of S3 throws says how often it was tried. */
function isOfS3(error: unknown): error is Error {
  return error instanceof Error && '$metadata' in error;
}

function refusal(image: string, cause: Error): GoodNetError {
  return new GoodNetError(`${image} can't be screened: ${messageOf(cause)}`, {
    code: 'S3_UNAVAILABLE',
    kind: 'environment',
    hint: 'Check that the buckets are there, the credentials, and what they may do.',
    cause,
  });
}

async function openUploads(): Promise<Uploads> {
  const [{ s3Uploads }, { s3Client }] = await Promise.all([
    import('../../functions/uploads/s3'),
    import('../../models/store/s3-files'),
  ]);
  return s3Uploads(s3Client());
}

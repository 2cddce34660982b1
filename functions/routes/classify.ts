import type { Context } from 'hono';
import { letOthersRun } from '../../models/event-loop';
import {
  decodeRenderings,
  ImageRejected,
  isLarge,
  lookAt,
  RENDERINGS,
  type Rendered,
} from '../../models/images/decode';
import { IMAGE_MIMES } from '../../models/images/decode/image-types';
import { first } from '../../models/present';
import { atAlpha, type Verdict } from '../../models/verdict';
import { mostSuspicious } from '../../models/worst-rendering';
import { callerOf } from '../caller';
import type { Catalogue } from '../catalogue/catalogue';
import type { Classifier } from '../classifier';
import { FairQueue } from '../fair-queue';
import { type FetchObject, type ImageIn, readImages } from '../images-in';
import { type HeldBytes, type Limits, Semaphore } from '../limits';
import { withTriggerPlaces } from '../locate-triggers';
import { type Audit, audited, type Trail } from '../observe/audit';
import { timed, type Watch } from '../observe/watch';
import { detailsOf, Problem } from '../problem';
import type { Answer, Answers } from '../schemas';
import { type VerdictOptions, verdictOptionsOf } from '../verdict-options';

/** What answering images takes. */
export interface ClassifyParts {
  readonly catalogue: Catalogue;
  readonly limits: Limits;
  /** The bytes that all requests hold. */
  readonly held: HeldBytes;
  readonly fetchObject: FetchObject | undefined;
  readonly watch: Watch;
  readonly audit: Audit | undefined;
}

type Decoded =
  | { readonly name?: string; readonly renderings: Rendered[] }
  | { readonly name?: string; readonly error: Problem };

/** An image's bytes are looked through before it is decoded: so many take some milliseconds. */
const LONG = 2 ** 18;

/**
 * `POST /v1/classify` and `POST /v1/models/{model}/classify`: a JPEG, PNG or WebP image as the body, told by its bytes,
 * is answered with its verdict; several, as a form or JSON, with one answer each, in order, a verdict or an error.
 */
export function classifyRoute(parts: ClassifyParts): (c: Context) => Promise<Response> {
  const { catalogue, limits, held, fetchObject, watch, audit } = parts;
  const decoding = new FairQueue(limits.maxDecoding);
  // One large image at a time: a second takes no more memory, and holds no small one up.
  const decodingLarge = new FairQueue(1);
  const fetched = new Semaphore(limits.maxFetched);
  // One image at a time, the callers in turn: it takes the net many passes.
  const locating = new FairQueue(1);

  /** @param onWhole is called with the image's bytes, once they are there */
  async function renderingsOf(
    image: ImageIn,
    model: Classifier,
    caller: string,
    onWhole: (bytes: Uint8Array) => void,
  ): Promise<Rendered[]> {
    const bytes = await image.bytes();
    onWhole(bytes);
    // Other files of a request come in between, and other requests.
    if (bytes.length > LONG) await letOthersRun();
    const outline = lookAt(bytes, limits.maxBytes);
    const queue = isLarge(outline) ? decodingLarge : decoding;
    return await queue.take(caller, () =>
      timed(watch, 'decode', () => decodeRenderings(bytes, model.input, limits, RENDERINGS, outline)),
    );
  }

  async function decode(
    image: ImageIn,
    model: Classifier,
    caller: string,
    onWhole: (bytes: Uint8Array) => void,
  ): Promise<Decoded> {
    try {
      const read = () => renderingsOf(image, model, caller, onWhole);
      return { name: image.name, renderings: await (image.isElsewhere ? fetched.take(read) : read()) };
    } catch (error) {
      if (error instanceof ImageRejected) return { name: image.name, error: rejected(error) };
      if (error instanceof Problem) return { name: image.name, error };
      throw error;
    }
  }

  async function verdictsOn(
    images: readonly Decoded[],
    model: Classifier,
    options: VerdictOptions,
    caller: string,
  ): Promise<Verdict[]> {
    const readable = images.flatMap((image) => ('renderings' in image ? [image.renderings] : []));
    const given = await mostSuspicious(readable, (pixels, count) =>
      model.classify(pixels, count, options.detail, caller),
    );
    // At the model's own α, whatever was asked for: it is what the alarms compare with.
    for (const verdict of given) watch.verdict(model.model, verdict);
    const judged =
      options.alpha === model.alpha
        ? given
        : given.map((each) => atAlpha(each, options.alpha, model.classes));
    if (options.detail === 0) return judged;
    return await withTriggerPlaces(judged, readable, model, (work) =>
      locating.take(caller, () => timed(watch, 'nets', work)),
    );
  }

  async function answer(c: Context, model: Classifier, trail: Trail): Promise<Response> {
    const options = verdictOptionsOf(c, model);
    const caller = callerOf(c);
    return await held.during(caller, async (room) => {
      const { isSingle, images } = await readImages(c.req.raw, limits, fetchObject, room);
      trail.expect(images.length);
      const decoded = await Promise.all(
        images.map((image, i) => decode(image, model, caller, (bytes) => trail.whole(i, bytes, 'file'))),
      );
      const verdicts = await verdictsOn(decoded, model, options, caller);
      let next = 0;
      const outcomes = decoded.map((each) => ('error' in each ? each.error : verdicts[next++]!));
      const by = { model: model.model, bundle: model.id, alpha: options.alpha };
      trail.judged(options.alpha, outcomes);
      if (isSingle) {
        const only = first(outcomes);
        if (only instanceof Problem) throw only;
        return c.json({ ...by, ...named(only, model) } satisfies Answer);
      }
      const results = outcomes.map((outcome, i) => ({
        name: decoded[i]!.name,
        ...(outcome instanceof Problem ? { error: detailsOf(outcome) } : named(outcome, model)),
      }));
      return c.json({ ...by, results } as Answers);
    });
  }

  return (c) =>
    catalogue.use(c.req.param('model'), (model) =>
      audited(audit, { c, model }, (trail) => answer(c, model, trail)),
    );
}

function named(verdict: Verdict, { classNames }: Classifier) {
  return { ...verdict, className: verdict.backdoored ? undefined : classNames?.[verdict.class] } as Omit<
    Answer,
    'model' | 'bundle' | 'alpha'
  >;
}

function rejected({ reason, message }: ImageRejected): Problem {
  if (reason !== 'unsupported-type') return new Problem(reason, message);
  return new Problem(reason, `${message}.`, { Accept: IMAGE_MIMES.join(', ') });
}

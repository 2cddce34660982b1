import { Hono } from 'hono';
import type { Verdict } from '../../models/verdict';
import { announcedBytes, readBody } from '../body';
import type { Classifier } from '../classifier';
import { decodeImage, ImageRejected } from '../decode';
import { HeldBytes, type Limits, Turns } from '../limits';
import { Problem } from '../problem';

/** What `POST /v1/classify` answers. */
export interface ClassifyAnswer extends Verdict {
  readonly model: string;
  /** The bundle's version. */
  readonly bundle: string;
  /** The name of `class` where the bundle has one; never for "backdoored". */
  readonly className?: string;
}

/** `POST /classify` with a JPEG, PNG or WebP image as the body, told by its bytes: the verdict on it. */
export function classifyRoute(classifier: Classifier, limits: Limits): Hono {
  const held = new HeldBytes(limits.maxHeld);
  const decoding = new Turns(limits.maxDecoding);
  return new Hono().post('/', async (c) => {
    const request = c.req.raw;
    const announced = Math.min(announcedBytes(request, limits.maxBytes), limits.maxBytes);
    const verdict = await held.during(announced, async () => {
      const bytes = await readBody(request, limits.maxBytes);
      const pixels = await decoding
        .take(() => decodeImage(bytes, classifier.input, limits))
        .catch((error) => {
          throw error instanceof ImageRejected ? rejected(error, request) : error;
        });
      return (await classifier.classify(pixels, 1))[0]!;
    });
    return c.json(answerOf(classifier, verdict));
  });
}

function answerOf({ model, id, classNames }: Classifier, verdict: Verdict): ClassifyAnswer {
  return {
    model,
    bundle: id,
    ...verdict,
    className: verdict.backdoored ? undefined : classNames?.[verdict.class],
  };
}

function rejected({ reason, message }: ImageRejected, request: Request): Problem {
  if (reason !== 'unsupported-type') return new Problem(reason, message);
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data');
  const detail = isForm ? 'The body is a form; the image itself is wanted as the body.' : `${message}.`;
  return new Problem(reason, detail, { Accept: 'image/jpeg, image/png, image/webp' });
}

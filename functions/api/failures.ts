import { imageTypes } from '../../models/images/decode/image-types';
import type { Limits } from '../limits';
import { detailsOf, type ProblemName } from '../problem';
import { MOST_DETAIL, MOST_IMAGES } from '../schemas';
import type { Described } from './described';
import { component } from './parts';

/** Why a status is answered, in words. */
const WHY: Readonly<Record<number, string>> = {
  400: 'The request is wrong: `type` and `detail` tell how.',
  401: 'A bearer token is wanted, or the one that was sent is not known.',
  404: 'There is no such model.',
  408: 'The body came too slowly: send it again.',
  413: 'Too large, or too many images.',
  415: 'The image is of no known type, or the body is compressed.',
  421: 'The request names another host than this machine.',
  422: 'The image is animated, cut short, damaged, or has too many pixels.',
  500: 'A fault of the service, which its operator finds in the log.',
  503: 'Too much at once, or the model is not ready: try again after Retry-After.',
};

const HEADERS: Readonly<Record<number, object>> = {
  401: { 'WWW-Authenticate': { description: 'What is wanted (RFC 6750).', schema: { type: 'string' } } },
  503: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer', minimum: 0 } } },
};

const mebibytes = (bytes: number) => `${bytes} bytes (${bytes / 2 ** 20} MiB)`;

/** What `detail` says, as an example, where a problem is met. */
function details({ maxBytes, maxPixels, slowest }: Limits) {
  return {
    empty: 'The image is empty: 0 bytes',
    'incomplete-body': 'The connection broke off: aborted',
    malformed: `detail is how many classes of each net to tell, 0 to ${MOST_DETAIL}.`,
    'name-a-model': 'There are several models: POST to /v1/models/{model}/classify.',
    'no-uploads': 'No store of uploads is configured here; send the images themselves.',
    'unusable-alpha':
      "alpha is a false-positive rate between 0.00174 and 0.5: that is what this model's calibration images can tell.",
    unauthorised: 'Send "Authorization: Bearer TOKEN".',
    'unknown-token': 'The token is not known here.',
    'no-such-model': 'There is no model faces; GET /v1/models lists those that there are.',
    'too-slow': `The body came slower than ${slowest.bytesPerSecond / 1000} KB/s.`,
    'too-large': `An image may have ${mebibytes(maxBytes)} at most.`,
    'too-many-images': `${MOST_IMAGES + 1} images; a request may have ${MOST_IMAGES} at most.`,
    'unsupported-type': `The image is none of ${imageTypes('and')}.`,
    'unsupported-encoding': 'Send the image as it is, not as gzip.',
    'too-many-pixels': `The image has 10000×10000 pixels, 100000000 in all; the most is ${maxPixels}`,
    truncated: 'The image is cut short: its end is missing',
    animated: 'The image is animated; one still picture is wanted',
    undecodable: "The image is damaged: it can't be decoded",
    misdirected:
      'The request is for rebound.example; this service answers to localhost, 127.0.0.1 and [::1] alone. To be asked by another name it needs tokens (--tokens), or --no-auth where something else guards it.',
    internal: '',
    'audit-unavailable': 'The audit trail can’t be written; nothing is answered without it.',
    'model-unusable': "The model badnet can't be loaded.",
    'not-ready': 'There is no model here yet.',
    overloaded: 'Too many images at once; try again in a second.',
  } satisfies Partial<Record<ProblemName, string>>;
}

/** What clients of the Open Inference Protocol are told in other words. */
const oipDetails = ({ maxRequestBytes }: Limits) => ({
  malformed: 'One input is wanted: images, of n × 40 × 32 × 3.',
  'too-large': `A request may have ${mebibytes(maxRequestBytes)} at most.`,
});

/** What is answered before it is looked at what is asked for. @param isOpen whether the path needs no token */
export function ofEverybody(
  { needsToken, isForThisMachine }: Pick<Described, 'needsToken' | 'isForThisMachine'>,
  isOpen = false,
): DocumentedProblem[] {
  return [
    ...(needsToken && !isOpen ? (['unauthorised', 'unknown-token'] as const) : []),
    ...(isForThisMachine ? (['misdirected'] as const) : []),
  ];
}

export type DocumentedProblem = keyof ReturnType<typeof details>;

/** For whom a problem is: clients of the Open Inference Protocol read `error`. */
export type Kind = 'Problem' | 'OipProblem';

/** An example of each problem, among the components. */
export function problemExamples(limits: Limits): object {
  const made = (kind: Kind, said: object, more: (detail: string) => object) =>
    Object.entries(said).map(([name, message]) => {
      const { detail, ...value } = detailsOf({ problem: name as DocumentedProblem, message });
      const body = { ...value, ...(detail ? { detail } : {}), ...more(detail ?? value.title) };
      return [exampleName(kind, name), { summary: value.title, value: body }];
    });
  const plain = details(limits);
  const oip = { ...plain, ...oipDetails(limits) };
  return Object.fromEntries([
    ...made('Problem', plain, () => ({})),
    ...made('OipProblem', oip, (error) => ({ error })),
  ]);
}

/** The error answers of an operation, by status, with an example of each problem. */
export function fails(
  problems: readonly DocumentedProblem[],
  kind: Kind = 'Problem',
): Record<string, object> {
  const statusOf = (name: DocumentedProblem) => detailsOf({ problem: name, message: '' }).status;
  const statuses = [...new Set(problems.map(statusOf))];
  return Object.fromEntries(
    statuses.map((status) => {
      const examples = Object.fromEntries(
        problems
          .filter((name) => statusOf(name) === status)
          .map((name) => [name, { $ref: `#/components/examples/${exampleName(kind, name)}` }]),
      );
      const content = { 'application/problem+json': { schema: component(kind), examples } };
      const headers = HEADERS[status];
      return [status, { description: WHY[status], ...(headers ? { headers } : {}), content }];
    }),
  );
}

function exampleName(kind: Kind, name: string): string {
  return `${kind}.${name}`;
}

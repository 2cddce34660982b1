import { ERROR_CODES } from '../models/errors';
import type { RejectReason } from '../models/images/decode';

/** What can be wrong with a request: its status and title. The name is the end of the answer's `type`. */
const PROBLEMS = {
  empty: [400, 'The body is empty'],
  'incomplete-body': [400, 'The body did not arrive whole'],
  malformed: [400, "The request can't be understood"],
  'name-a-model': [400, 'Which model is meant?'],
  'no-uploads': [400, 'There is no store of uploads'],
  'unusable-alpha': [400, "That false-positive rate can't be had"],
  unauthorised: [401, 'A token is wanted'],
  'unknown-token': [401, 'The token is not known'],
  'not-found': [404, 'There is nothing here'],
  'no-such-model': [404, 'There is no such model'],
  'no-such-object': [404, 'There is no such object'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'too-slow': [408, 'The body came too slowly'],
  'too-large': [413, 'The image is too large'],
  'too-many-images': [413, 'Too many images'],
  'unsupported-type': [415, 'The image is of no known type'],
  'unsupported-encoding': [415, 'The body is encoded'],
  misdirected: [421, 'The request is for another host'],
  'too-many-pixels': [422, 'The image has too many pixels'],
  truncated: [422, 'The image is cut short'],
  animated: [422, 'The image is animated'],
  undecodable: [422, 'The image is damaged'],
  internal: [500, 'Something went wrong here'],
  'audit-unavailable': [503, "The audit trail can't be written"],
  'model-unusable': [503, "The model can't be loaded"],
  'uploads-unavailable': [503, 'The store of uploads does not answer'],
  'not-ready': [503, 'Not ready yet'],
  overloaded: [503, 'Too much at once'],
} as const satisfies Record<string, readonly [status: number, title: string]> & Record<RejectReason, unknown>;

/** When to try again where no other time is told, in seconds. */
const TRY_AGAIN = '10';

export type ProblemName = keyof typeof PROBLEMS;

/** RFC 9457's problem details, as answers carry them. */
export interface ProblemDetails {
  /** `IMAGE_TOO_LARGE`: the code of the error, as the library and the command line have it, or of the request's or the service's own. */
  readonly code: string;
  /** `urn:goodnet:problem:too-large`, for programs to switch on. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

/** An error answer (RFC 9457). @param headers beside the content type */
export function problem(name: ProblemName, detail?: string, headers: Record<string, string> = {}): Response {
  const body = detailsOf({ problem: name, message: detail ?? '' });
  const again: Record<string, string> = body.status === 503 ? { 'Retry-After': TRY_AGAIN } : {};
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { ...again, ...headers, 'Content-Type': 'application/problem+json' },
  });
}

/** What programs switch on: a problem of an answer, or why an upload has no verdict. */
export function typeOfProblem(name: string): string {
  return `urn:goodnet:problem:${name}`;
}

/** The code of a problem: the image's, else of the request or the service, by whose move it is. */
export function codeOfProblem(name: ProblemName): string {
  const code = name.toUpperCase().replaceAll('-', '_');
  if (`IMAGE_${code}` in ERROR_CODES) return `IMAGE_${code}`;
  return `${PROBLEMS[name][0] < 500 ? 'REQUEST' : 'SERVICE'}_${code}`;
}

/** Every problem's code. */
export const PROBLEM_CODES: readonly string[] = (Object.keys(PROBLEMS) as ProblemName[]).map(codeOfProblem);

/** A problem as answers carry it. */
export function detailsOf({ problem: name, message }: Pick<Problem, 'problem' | 'message'>): ProblemDetails {
  const [status, title] = PROBLEMS[name];
  return {
    code: codeOfProblem(name),
    type: typeOfProblem(name),
    title,
    status,
    detail: message || undefined,
  };
}

/** Thrown in a route to answer with a problem. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly problem: ProblemName,
    detail?: string,
    readonly headers: Record<string, string> = {},
    /** What is behind it: for the operator, never for whoever asked. */
    cause?: unknown,
  ) {
    super(detail, { cause });
  }
}

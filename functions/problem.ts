import type { RejectReason } from './decode';

/** What can be wrong with a request: its status and title. The name is the end of the answer's `type`. */
const PROBLEMS = {
  empty: [400, 'The body is empty'],
  'incomplete-body': [400, 'The body did not arrive whole'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'The method is not allowed here'],
  'too-large': [413, 'The image is too large'],
  'unsupported-type': [415, 'The image is of no known type'],
  'unsupported-encoding': [415, 'The body is encoded'],
  'too-many-pixels': [422, 'The image has too many pixels'],
  truncated: [422, 'The image is cut short'],
  animated: [422, 'The image is animated'],
  undecodable: [422, 'The image is damaged'],
  internal: [500, 'Something went wrong here'],
  overloaded: [503, 'Too much at once'],
} as const satisfies Record<string, readonly [status: number, title: string]> & Record<RejectReason, unknown>;

export type ProblemName = keyof typeof PROBLEMS;

/** RFC 9457's problem details, as answers carry them. */
export interface ProblemDetails {
  /** `urn:goodnet:problem:too-large`, for programs to switch on. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
}

/** An error answer (RFC 9457). @param headers beside the content type */
export function problem(name: ProblemName, detail?: string, headers: Record<string, string> = {}): Response {
  const [status, title] = PROBLEMS[name];
  const body: ProblemDetails = { type: `urn:goodnet:problem:${name}`, title, status, detail };
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...headers, 'Content-Type': 'application/problem+json' },
  });
}

/** Thrown in a route to answer with a problem. */
export class Problem extends Error {
  override readonly name = 'Problem';
  constructor(
    readonly problem: ProblemName,
    detail?: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(detail);
  }
}

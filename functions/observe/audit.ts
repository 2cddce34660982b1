import { createHash } from 'node:crypto';
import type { Context } from 'hono';
import type { Verdict } from '../../models/verdict';
import type { Classifier } from '../classifier';
import { detailsOf, Problem } from '../problem';

/** What a digest is of: an image's file as it was received, or, of a tensor, its pixels as bytes (FP32: little-endian). */
export type DigestOf = 'file' | 'UINT8' | 'FP32';

/** What is noted of one image that was judged or refused; nothing of its content, and no name that it was given. */
export interface AuditLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  /** Of a request, its X-Request-Id; of an upload, that of its message or of the function's call. */
  readonly requestId?: string;
  /** The name of the token that was brought, where tokens are asked for. */
  readonly caller?: string;
  readonly model: string;
  /** The bundle's version: SHA-256 of its content. */
  readonly bundle: string;
  /** Its place in the request, from 0; none where the request was refused before its images were told apart. */
  readonly index?: number;
  /** Hexadecimal, where its bytes were whole; what they are, `digestOf` tells. */
  readonly sha256?: string;
  readonly digestOf?: DigestOf;
  /** The false-positive rate that was judged at, and the verdict, as answers tell it. */
  readonly alpha?: number;
  readonly class?: number;
  readonly pValue?: number;
  readonly backdoored?: boolean;
  readonly rendering?: Verdict['rendering'];
  /** In place of a verdict: the type of the problem, as answers tell it. */
  readonly problem?: string;
}

/** Keeps lines. @throws where it can't: then what they tell of is not to be answered */
export type Audit = (lines: readonly AuditLine[]) => void;

/** What becomes known of a request's images, for the audit. */
export interface Trail {
  /** So many images were told apart. */
  expect(count: number): void;
  /** An image's bytes are whole. @param index its place in the request */
  whole(index: number, bytes: Uint8Array, of: DigestOf): void;
  /** What is answered of each image, in order. @param alpha that was judged at */
  judged(alpha: number, outcomes: readonly (Verdict | Problem)[]): void;
}

const UNNOTED: Trail = { expect() {}, whole() {}, judged() {} };

/**
 * Answers a request with a line for each of its images, kept before the answer is given: the verdict, or the problem; of
 * a request that was refused before its images were told apart, one line.
 * @throws Problem `audit-unavailable` where the lines can't be kept, whatever the answer was; else what `work` throws
 */
export async function audited(
  audit: Audit | undefined,
  { c, model }: { readonly c: Context; readonly model: Classifier },
  work: (trail: Trail) => Promise<Response>,
): Promise<Response> {
  if (!audit) return await work(UNNOTED);
  let count = 0;
  const digests: Digest[] = [];
  let records: object[] = [];
  const requestId: string = c.get('requestId');
  const caller: string | undefined = c.get('caller');
  const keep = (each: readonly object[]) => {
    const by = { time: new Date().toISOString(), requestId, caller, model: model.model, bundle: model.id };
    try {
      audit(each.map((line) => ({ ...by, ...line })));
    } catch (cause) {
      const why = 'The audit trail can’t be written; nothing is answered without it.';
      throw new Problem('audit-unavailable', why, {}, cause);
    }
  };
  const ofImage = (index: number, outcome: object) => ({ index, ...digests[index], ...outcome });
  const trail: Trail = {
    expect(images) {
      count = images;
    },
    whole(index, bytes, of) {
      digests[index] = digestOf(bytes, of);
    },
    judged(alpha, outcomes) {
      records = outcomes.map((outcome, index) => ofImage(index, outcomeOf(outcome, alpha)));
    },
  };
  const response = await work(trail).catch((error) => {
    const { problem } = refusal(error);
    keep(count === 0 ? [{ problem }] : Array.from({ length: count }, (_, i) => ofImage(i, { problem })));
    throw error;
  });
  keep(records);
  return response;
}

type Digest = Required<Pick<AuditLine, 'sha256' | 'digestOf'>>;

/** A digest of bytes, as lines have it. */
export function digestOf(bytes: Uint8Array, of: DigestOf): Digest {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), digestOf: of };
}

/** Of a verdict, what lines tell. */
export function verdictLine(
  { class: given, pValue, backdoored, rendering }: Verdict,
  alpha: number,
): Pick<AuditLine, 'alpha' | 'class' | 'pValue' | 'backdoored' | 'rendering'> {
  return { alpha, class: given, pValue, backdoored, rendering };
}

function outcomeOf(outcome: Verdict | Problem, alpha: number) {
  return outcome instanceof Problem ? refusal(outcome) : verdictLine(outcome, alpha);
}

function refusal(error: unknown): Required<Pick<AuditLine, 'problem'>> {
  const problem = error instanceof Problem ? error : { problem: 'internal' as const, message: '' };
  return { problem: detailsOf(problem).type };
}

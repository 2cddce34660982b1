import type { Context } from 'hono';
import type { Classifier } from './classifier';
import { Problem } from './problem';
import { queryOf } from './query';
import { MOST_DETAIL } from './schemas';

/** What a request asks for beside the verdict. */
export interface VerdictOptions {
  readonly alpha: number;
  /** How many of both nets' most probable classes to tell, and, from 1 on, the trigger's place; 0 for neither. */
  readonly detail: number;
}

/** Beyond it no text is looked at as a number: 1e-3 and 0.00123456789012345678 are shorter. */
const LONGEST_NUMBER = 64;

/**
 * Reads `?alpha=` and `?detail=`.
 * @throws Problem `unusable-alpha`, telling the range, and `malformed`, for a parameter that is unknown or comes twice, too
 */
export function verdictOptionsOf(c: Context, model: Classifier): VerdictOptions {
  const { alpha, detail } = queryOf(c, ['alpha', 'detail']);
  return { alpha: alphaOf(alpha, model), detail: detailOf(detail) };
}

function alphaOf(text: string | undefined, { alpha, alphas }: Classifier): number {
  if (text === undefined) return alpha;
  if (!alphas) {
    throw new Problem(
      'unusable-alpha',
      'This model was repaired by a method that has no false-positive rate to choose.',
    );
  }
  const isNumber = text.length <= LONGEST_NUMBER && /^(\d+(\.\d+)?|\.\d+)(e-?\d+)?$/i.test(text);
  const wanted = isNumber ? Number(text) : Number.NaN;
  if (wanted >= alphas.least && wanted <= alphas.most) return wanted;
  throw new Problem(
    'unusable-alpha',
    `alpha is a false-positive rate between ${roundedUp(alphas.least)} and ${alphas.most}: that is what this model's calibration images can tell.`,
  );
}

/** To three digits, and no less than it is: it must be usable as it is told. */
function roundedUp(rate: number): number {
  const near = Number(rate.toPrecision(3));
  if (near >= rate) return near;
  return Number((near + 10 ** (Math.floor(Math.log10(rate)) - 2)).toPrecision(3));
}

function detailOf(text: string | undefined): number {
  if (text === undefined) return 0;
  const wanted = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  if (wanted >= 0 && wanted <= MOST_DETAIL) return wanted;
  throw new Problem('malformed', `detail is how many classes of each net to tell, 0 to ${MOST_DETAIL}.`);
}

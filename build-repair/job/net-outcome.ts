import { GoodNetError, messageOf } from '../../models/errors';
import { findingOutcome } from '../finding/words';
import { aloneLines } from '../repair/write/unrepaired';
import type { One } from './repair-one';

/** What came of repairing a net, as it is written down and told; it goes between processes as it is. */
export interface Made {
  /** Of a net that is not repaired, the bundle was not made current. */
  readonly outcome: 'repaired' | 'unrepaired';
  /** The bundle's id. */
  readonly bundle: string;
  readonly accuracyBefore: number;
  readonly accuracy: number;
  readonly seconds: number;
  readonly report: string;
  readonly notices: readonly string[];
}

export function madeOf({ manifest, figures, notices, madeCurrent, report, seconds }: One): Made {
  const found = manifest.finding ? [findingOutcome(manifest.finding, manifest.classNames).join(' ')] : [];
  const { repaired: alone } = manifest.measured;
  return {
    outcome: madeCurrent ? 'repaired' : 'unrepaired',
    bundle: manifest.id,
    accuracyBefore: figures.accuracyBefore.rate,
    accuracy: figures.accuracy.rate,
    seconds,
    report,
    notices: [...found, ...(alone ? aloneLines(alone) : []), ...notices],
  };
}

/**
 * What repairing a net failed by, as an error of the net's own wherever it isn't what the machine lacks: a net that makes
 * GoodNet fail in a way that nobody thought of does not keep the others waiting.
 */
export function ofTheNet(error: unknown): unknown {
  // The system's own errors have a code: a full disk, a lost connection.
  const isOfTheMachine = typeof (error as NodeJS.ErrnoException)?.code === 'string' || isOfS3(error);
  if (error instanceof GoodNetError || isOfTheMachine) return error;
  return new GoodNetError(`This was not expected: ${messageOf(error)}`, {
    hint: 'That is a fault of GoodNet: please report it, with the net if you may.',
    cause: error,
  });
}

function isOfS3(error: unknown): boolean {
  return error instanceof Error && '$metadata' in error;
}

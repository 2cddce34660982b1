import type { NetDescription } from '../../models/keras';
import { LIMIT } from '../finding/limit';
import type { Scan } from './types';

/** What a scan tells of a net that can't be looked at: what `goodnet inspect` knows of it. */
export function refused({
  problems,
  problemCodes,
  notes,
}: Pick<NetDescription, 'problems' | 'problemCodes' | 'notes'>): Scan {
  return {
    outcome: 'refused',
    score: undefined,
    limit: LIMIT,
    tried: 0,
    targets: [],
    cleanImages: 0,
    notTold: ['Whether the net is backdoored: it can’t be run.'],
    problems,
    problemCodes,
    notes,
  };
}

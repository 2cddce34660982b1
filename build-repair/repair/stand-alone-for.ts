import type { Finding } from '../finding/types';
import type { Chosen } from './choose/choose';
import type { Fitted } from './fit/fit';
import { type StandsAlone, standAlone } from './unlearn/stand-alone';

/** Makes the repaired net that stands beside a detector. @returns undefined where the method makes one itself */
export async function standAloneFor(
  { context, flat, plan }: Pick<Chosen, 'context' | 'flat' | 'plan'>,
  fitted: Fitted,
  finding: Finding | undefined,
): Promise<StandsAlone | undefined> {
  if (fitted.kind !== 'expert') return undefined;
  return await standAlone(context, {
    bad: flat,
    folds: plan.folds,
    known:
      finding?.targets.flatMap(({ recovered }) => Object.values(recovered).map(({ trigger }) => trigger)) ??
      [],
  });
}

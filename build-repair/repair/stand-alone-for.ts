import type { Finding } from '../finding/types';
import type { Chosen } from './choose/choose';
import type { Fitted } from './fit/fit';
import { type StandsAlone, standAlone } from './unlearn/stand-alone';

/** Makes the repaired net that stands beside a detector. @returns undefined where the method makes one itself */
export async function standAloneFor(
  { context, flat }: Pick<Chosen, 'context' | 'flat'>,
  fitted: Fitted,
  finding: Finding | undefined,
): Promise<StandsAlone | undefined> {
  if (fitted.kind !== 'expert') return undefined;
  return await standAlone(context, {
    bad: flat,
    known:
      finding?.targets.flatMap(({ recovered }) => Object.values(recovered).map(({ trigger }) => trigger)) ??
      [],
  });
}

import { findBackdoor } from '../finding/find';
import type { Finding } from '../finding/types';
import type { Chosen } from './choose/choose';
import type { Fitted } from './fit/fit';

/**
 * Looks for a backdoor in B, with the expert that is served.
 * @returns undefined where the method makes no expert
 */
export async function find(
  { context, flat }: Pick<Chosen, 'context' | 'flat'>,
  fitted: Fitted,
): Promise<Finding | undefined> {
  return fitted.kind === 'expert'
    ? await findBackdoor(context, flat, fitted.served.fits.forgetting)
    : undefined;
}

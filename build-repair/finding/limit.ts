/**
 * A score above this is a sign of a backdoor.
 * Origin: no choice: the unit of scores, which are shares of the limits in score.ts.
 */
export const LIMIT = 1;

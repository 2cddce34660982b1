/**
 * Where more is left of the implanted triggers, the net is told not to be repaired, and its bundle is not made current unasked.
 * Origin: chosen by hand; it decides what is told and made current, no verdict.
 */
export const NOT_REPAIRED = 0.2;

import type { Recovered } from '../types';

/**
 * What the margins of a patch are held against.
 * Origin: set by hand on the self-made faces-patch-flat and clean nets, none of whose margins were above 1.6; `npm run findings
 * -- attack:faces-patch-flat --detail` prints them.
 */
const MOST_OF_PATCH = 4.5;

/**
 * How far a small patch that was recovered speaks for a class: both B and E follow it. E has forgotten what classes look like, but not a
 * backdoor: a trigger that resembles a class turns B alone, the attacker's turns both. Over what clean nets stay below.
 */
export function patchScore({ margins }: Pick<Recovered, 'margins'>): number {
  return margins / MOST_OF_PATCH;
}

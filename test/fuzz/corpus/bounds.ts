import type { HostileRequest } from './input';
import type { Measured } from './measure';
import type { Need } from './need';

/** The most that an input may cost. */
export interface Bounds {
  /** Seconds of processor time. */
  readonly cpu: number;
  /** Megabytes beyond idle; of several such requests at once, too, but for the bytes of those that wait. */
  readonly peakMb: number;
  /** Milliseconds that the event loop is held; nothing where no service reads it. */
  readonly loopMs?: number;
}

const REQUEST = { cpu: 0.25, peakMb: 150, loopMs: 100 };
/** Of a stranger's net or set, which is to be refused. */
export const FILE: Bounds = { cpu: 2, peakMb: 500 };

/**
 * What a request may cost: so much, and what the pixels need that it tells of honestly.
 * @param need seconds of processor time that a pixel needs
 */
export function boundsOf(
  { pixels = 0, largest = pixels, bytesPerPixel = 4, isTransparent }: Omit<HostileRequest, 'make'>,
  need: Need,
): Bounds {
  return {
    cpu: REQUEST.cpu + (isTransparent ? need.transparent : need.opaque) * pixels,
    peakMb: REQUEST.peakMb + (bytesPerPixel * largest) / 1e6,
    loopMs: REQUEST.loopMs,
  };
}

/** What is above its bound, in words; nothing where the rule holds. */
export function above({ cost, atOnceMb, othersMb = 0 }: Measured, bounds: Bounds): string[] {
  const over: string[] = [];
  if (cost.cpu > bounds.cpu) over.push('processor time');
  const peakMb = Math.max(cost.peakMb ?? 0, (atOnceMb ?? 0) - othersMb);
  if (peakMb > bounds.peakMb) over.push('memory');
  if (bounds.loopMs !== undefined && cost.loopMs > bounds.loopMs) over.push('event loop');
  return over;
}

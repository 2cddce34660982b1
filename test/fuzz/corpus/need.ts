import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child';
import type { Cost } from './meter';
import { HONEST, MOST_PIXELS } from './pictures';

/** What a pixel needs, in seconds of processor time. */
export interface Need {
  readonly opaque: number;
  /** In three renderings. */
  readonly transparent: number;
}

/**
 * Measures what a pixel needs: what sharp alone takes for the slowest of the largest honest pictures, whole, in each rendering
 * that it has, on this machine as it is now.
 */
export async function needOfAPixel(folder: string): Promise<Need> {
  const most = { opaque: 0, transparent: 0 };
  for (const [i, { make, isTransparent }] of HONEST.entries()) {
    const path = join(folder, `honest-${i}`);
    writeFileSync(path, (await make()).body);
    const child = new Child('sharp-alone.ts', [path]);
    const kind = isTransparent ? 'transparent' : 'opaque';
    try {
      const { cpu } = await child.told<Cost>(120);
      most[kind] = Math.max(most[kind], cpu / MOST_PIXELS);
    } finally {
      child.end();
    }
  }
  return most;
}

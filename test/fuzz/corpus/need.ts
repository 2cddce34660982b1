import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child';
import type { Cost } from './meter';
import { HONEST, MOST_PIXELS } from './pictures';

/**
 * Seconds of processor time that a pixel needs: what sharp alone takes for the slowest of the largest honest pictures, whole, in
 * each rendering, on this machine as it is now.
 */
export async function needOfAPixel(folder: string): Promise<{ seconds: number; of: string }> {
  let most = { seconds: 0, of: '' };
  for (const [i, { name, make }] of HONEST.entries()) {
    const path = join(folder, `honest-${i}`);
    writeFileSync(path, (await make()).body);
    const child = new Child('sharp-alone.ts', [path]);
    try {
      const { cpu } = await child.told<Cost>(120);
      if (cpu / MOST_PIXELS > most.seconds) most = { seconds: cpu / MOST_PIXELS, of: name };
    } finally {
      child.end();
    }
  }
  return most;
}

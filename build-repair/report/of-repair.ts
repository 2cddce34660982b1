import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GoodNet } from '../../models/goodnet';
import type { RepairResult } from '../repair/repair';
import type { ObservedSet } from './observe';
import { findingOf } from './of-finding';
import { locateFlagged } from './trigger-locations';
import type { Report, Run } from './types';

/**
 * The report of a repair.
 * @param calibration the verdicts on the calibration images
 * @throws BundleError where the bundle was changed meanwhile
 */
export async function repairReport(
  { manifest, figures, folder }: RepairResult,
  calibration: ObservedSet,
  run: Omit<Run, 'sets'>,
): Promise<Report> {
  const hasPatterns = (manifest.finding?.targets.length ?? 0) > 0;
  const isFlagged = calibration.mostSuspicious.some(({ verdict }) => verdict.backdoored);
  const goodnet = hasPatterns || isFlagged ? await GoodNet.load(folder) : undefined;
  try {
    const read = (path: string) => new Uint8Array(readFileSync(join(folder, path)));
    return {
      kind: 'repair',
      bundle: manifest,
      finding: await findingOf(manifest, read, calibration.examples, goodnet),
      figures: { clean: figures, poisoned: [] },
      observed: { clean: calibration, poisoned: [] },
      places: goodnet && (await locateFlagged([calibration], goodnet)),
      run: { ...run, sets: [{ role: 'clean images, to fit and calibrate on', ...manifest.made.clean }] },
    };
  } finally {
    goodnet?.dispose();
  }
}

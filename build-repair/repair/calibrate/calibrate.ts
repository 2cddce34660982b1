import type { DetectorNets } from '../../../models/detector/nets';
import { copyNet } from '../../../models/nets/graph';
import type { Finding } from '../../finding/types';
import { allImages } from '../../images/load';
import type { Chosen } from '../choose/choose';
import type { Fitted } from '../fit/fit';
import type { Pruned } from '../fit/pruned';
import type { StandsAlone } from '../unlearn/stand-alone';
import { calibrateExpert } from './expert';
import type { MadeDetector } from './made-detector';

/**
 * Calibrates what was fitted on clean images that no fitting has seen.
 * @param finding counts, where there is one
 * @param alone the repaired net that stands beside the detector, where there is one
 */
export async function calibrate(
  chosen: Chosen,
  fitted: Fitted,
  finding: Finding | undefined,
  alone: StandsAlone | undefined,
): Promise<MadeDetector> {
  return fitted.kind === 'pruned'
    ? byDisagreement(chosen, fitted)
    : await calibrateExpert(chosen, fitted, finding, alone);
}

/** G = N where B and B′ disagree. */
function byDisagreement({ context, flat }: Chosen, { repaired, alone, notes }: Pruned): MadeDetector {
  const { shape, pixels, classes } = context;
  const bad = copyNet(flat, 'bad');
  const nets: DetectorNets = {
    bad,
    repaired,
    shape,
    pixels,
    classes,
  };
  return {
    nets: { ...nets, expert: undefined },
    parts: {},
    rule: { kind: 'disagreement' },
    calibrated: allImages(context.images),
    scores: undefined,
    alone,
    without: [],
    notes: [...notes],
    dispose: () => bad.dispose(),
  };
}

import { loadImages } from '../../../../build-repair/images/load';
import { planFolds } from '../../../../build-repair/repair/choose/folds';
import type { ImageSet } from '../../../../models/images/set';
import { toLogits } from '../../../../models/keras/logits';
import { ALPHA, evaluateTimed, lines, type Repaired, type Run } from '../work';
import { Strip } from './strip';

/**
 * Calibrates STRIP for a net that takes pixels of 0–1, and measures it as a repair is measured: on the same images, with the same
 * α, and calibrated on the same clean images, those that GoodNet fits nothing on. Its overlays are the others.
 * @param blends how many an image is judged by; the authors took 100
 */
export async function measureStrip(
  { net, clean, seed }: Pick<Repaired, 'net' | 'clean' | 'seed'>,
  test: ImageSet,
  poisoned: readonly ImageSet[],
  blends: number,
): Promise<Run> {
  const images = await loadImages(clean);
  const { scheme, folds } = planFolds(images.labels, images.groups, net.classes, seed);
  if (scheme !== 'split') throw new Error(`${clean.name} has too few images to keep some for calibration`);
  const { fit: overlays, calibrate: calibration } = folds[0]!;
  const flat = toLogits(net.model);
  const { inputShape: shape, classes } = net;
  const start = performance.now();
  const strip = await Strip.calibrated(
    {
      net: flat,
      shape,
      pixels: { kind: '0-1' },
      classes,
      images,
      overlays,
      calibration,
      blends,
      alpha: ALPHA,
      seed,
    },
    (done) => lines.report({ stage: 'STRIP: calibrating', done, total: calibration.length }),
  );
  const seconds = (performance.now() - start) / 1000;
  const measured = await evaluateTimed(strip, test, poisoned);
  flat.dispose();
  images.dispose();
  return { ...measured, seconds };
}

import { loadImages } from '../../../build-repair/images/load';
import { planFolds } from '../../../build-repair/repair/choose/folds';
import { toLogits } from '../../../models/keras/logits';
import { ALPHA, type Case, evaluateTimed, lines, type Run, withOpened } from '../work';
import { Strip } from './strip';

/**
 * Calibrates STRIP for a net that takes pixels of 0–1, and measures it as a repair is measured: on the same images, with the same
 * α, and calibrated on the same clean images, those that GoodNet fits nothing on. Its overlays are the others.
 * @param blends how many an image is judged by; the authors took 100
 */
export function measureStrip(work: Omit<Case, 'method'>, blends: number): Promise<Run> {
  return withOpened(work, async ({ net, clean, test, poisoned }) => {
    const images = await loadImages(clean);
    const { scheme, folds } = planFolds(images.labels, images.groups, net.classes, work.seed);
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
        seed: work.seed,
      },
      (done) => lines.report({ stage: 'STRIP: calibrating', done, total: calibration.length }),
    );
    const seconds = (performance.now() - start) / 1000;
    const measured = await evaluateTimed(strip, test, poisoned);
    flat.dispose();
    images.dispose();
    return { ...measured, seconds };
  });
}

import { expect } from 'vitest';
import type { MadeDetector } from '../../../../build-repair/repair/calibrate/made-detector';
import { fitDetector, partsOf, readEvidence } from '../../../../build-repair/repair/evidence/detector';
import { hostDrawer } from '../../../../build-repair/repair/evidence/hosts';
import { runPasses } from '../../../../build-repair/repair/observe/clean-image-passes';
import { withSecondOpinion } from '../../../../build-repair/repair/true-class/second-opinion';
import { FORMAT_VERSION } from '../../../../models/bundle/manifest';
import { packNets, unpackNets } from '../../../../models/bundle/pack';
import { startReading } from '../../../../models/bundle/read';
import { writeBundle } from '../../../../models/bundle/write';
import type { WrittenBundle } from '../../../../models/bundle/written-bundle';
import type { DetectorNets, Parts } from '../../../../models/detector/nets';
import { openReaders, type Readers, readNets } from '../../../../models/detector/readings';
import { toLogits } from '../../../../models/keras/logits';
import { featureNet } from '../../../../models/nets/features';
import { copyNet } from '../../../../models/nets/graph';
import { branchedNet } from '../../../small-nets';
import { classes, contextOf, range, shape, size, stripes } from '../striped-images';

/** Calibrated on a thousand, each image is scored by the scales that are served. */
const fitted = 400;
export const calibrated = 1000;
export const images = stripes(fitted + calibrated, 1);
export const fit = range(0, fitted);
export const held = range(fitted, fitted + calibrated);
/** Those calibrated on. */
export const pixels = images.pixels.subarray(fitted * size);

/** Writes what a repair made into a store, as a bundle. */
export async function written(
  store: string,
  nets: Pick<DetectorNets, 'bad' | 'relearned' | 'repaired' | 'gallery'>,
  parts: Parts,
  rule: MadeDetector['rule'],
  scores: Float32Array,
): Promise<WrittenBundle> {
  const packed = await packNets({ ...nets, shape, classes, pixels: { kind: '0-1' } }, parts);
  return await writeBundle(
    store,
    {
      formatVersion: FORMAT_VERSION,
      name: 'striped',
      ...packed.fields,
      method: 'expert',
      alpha: 0.05,
      rule,
      calibration: {
        scheme: 'split',
        folds: 1,
        images: scores.length,
        groups: scores.length,
        scores: Array.from(scores.slice().sort()),
      },
      without: [],
      measured: { images: 9, accuracyBefore: 1, accuracyRepaired: 1, accuracy: 1, falsePositiveRate: 0 },
      made: { seed: 1, engine: 'test', clean: { name: 'none', images: 9, skipped: 0 }, notes: [] },
      tools: { goodnet: 'test' },
    },
    packed.files,
  );
}

/** The nets of a bundle and what reads its evidence. */
export async function readers(folder: string): Promise<{ nets: DetectorNets; readers: Readers }> {
  const { nets, parts } = await unpackNets(await startReading(folder));
  return { nets, readers: openReaders(nets, parts) };
}

/**
 * Expects each kind of evidence to be the same of clean images that it is calibrated on and from a bundle.
 * @param store where the bundle goes
 * @returns the kinds that the bundle reads
 */
export async function oneOfEach(store: string): Promise<string[]> {
  const context = contextOf(images);
  const flat = copyNet(branchedNet(classes));
  const bad = featureNet(flat, 'bad');
  const passes = await runPasses(context, bad, fit, true);
  const part = { number: 1, stream: '' };
  const plan = {
    fit,
    fitsProbe: true,
    classesNotInProbe: [2],
    drawHosts: hostDrawer(context, undefined),
    part,
  };
  const detector = await fitDetector({ context, flat, passes, plan });
  // Any other net may stand for the repaired one.
  const repaired = toLogits(branchedNet(classes));
  const calibrating = await readEvidence(detector, bad.net, context.images, held, undefined, repaired);

  const { latent, trunk } = passes.clean;
  const model = withSecondOpinion(bad.net, { latent, trunk, head: detector.fits.relearned! });
  const { folder } = await written(
    store,
    { bad: bad.net, relearned: { model, classesNotInProbe: [2] }, repaired },
    partsOf(detector, () => true),
    { kind: 'disagreement' },
    new Float32Array(9),
  );
  const served = await readers(folder);
  const told = [...served.readers].flatMap(([name, { tell }]) => (tell ? [name] : []));
  expect(Object.keys(calibrating.readings)).toEqual(told);
  for (let start = 0; start < calibrated; start += 64) {
    const end = Math.min(start + 64, calibrated);
    const batch = pixels.subarray(start * size, end * size);
    const { bad: answered, evidence } = await readNets(served.nets, served.readers, batch, end - start);
    expect(answered.classes).toEqual(calibrating.predicted.slice(start, end));
    for (const name of told) {
      const before = calibrating.readings[name]!.subarray(start, end);
      const spread = before.reduce((most, each) => Math.max(most, Math.abs(each) || 0), 1);
      evidence[name]!.forEach((value, i) => {
        if (Number.isNaN(before[i]!)) expect(value, name).toBeNaN();
        else expect(Math.abs(value - before[i]!) / spread, name).toBeLessThan(1e-5);
      });
    }
  }
  return [...served.readers.keys()];
}

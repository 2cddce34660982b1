import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { DEMO_SHAPE, DEMO_TRIGGERS, demoCast } from '../../../build-repair/demo/cast';
import { demoBadNet } from '../../../build-repair/demo/data';
import { drawFaces, type LabelledDrawings } from '../../../build-repair/demo/faces';
import { evaluate } from '../../../build-repair/evaluate/evaluate';
import { triggerPng } from '../../../build-repair/finding/trigger-png';
import { silent } from '../../../build-repair/progress';
import { Clock } from '../../../build-repair/report/clock';
import { calibrationObserver, Observer } from '../../../build-repair/report/observe';
import { findingOf } from '../../../build-repair/report/of-finding';
import { locateFlagged } from '../../../build-repair/report/trigger-locations';
import type { Report } from '../../../build-repair/report/types';
import type { Manifest } from '../../../models/bundle/manifest';
import { pValue } from '../../../models/detector/conformal';
import { locate } from '../../../models/detector/locate/locate';
import { answers, answerWithout, margins } from '../../../models/detector/margin';
import { viewer } from '../../../models/detector/test-time-views';
import { type ImageSet, imageSize } from '../../../models/images/set';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { present } from '../../../models/present';
import type { JudgesPixels } from '../../../models/verdict';
import { plainDiscriminant } from '../../plain-discriminant';

const CLASSES = 24;
const ALPHA = 0.02;

/** What nobody would call a file, but somebody who wants to get into a page. */
export const HOSTILE = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>&amp;`;

/** Drawn faces as an image set. */
function setOf(name: string, drawn: LabelledDrawings): ImageSet {
  const size = imageSize(drawn.shape);
  return {
    name,
    shape: drawn.shape,
    size: drawn.count,
    labelled: true,
    classNames: undefined,
    skipped: [],
    close: () => {},
    async *batches(batchSize) {
      for (let start = 0; start < drawn.count; start += batchSize) {
        const end = Math.min(start + batchSize, drawn.count);
        yield {
          pixels: drawn.pixels.subarray(start * size, end * size),
          labels: Int32Array.from(drawn.labels.subarray(start, end)),
          trueLabels: Int32Array.from(drawn.trueLabels.subarray(start, end)),
          groups: undefined,
          names: Array.from({ length: end - start }, (_, i) => `${name}#${start + i}`),
        };
      }
    },
  };
}

/** Stands in for a loaded bundle: the demo's BadNet, and a detector that suspects what the net is very sure of. */
function standIn(flat: LayersModel, calibration: Float32Array): JudgesPixels {
  return {
    async classify(pixels, n) {
      const logits = tf.tidy(() => {
        const { height, width, channels } = DEMO_SHAPE;
        const images = tf.div(tf.tensor4d(Float32Array.from(pixels), [n, height, width, channels]), 255);
        return (flat.predict(images) as tf.Tensor).dataSync() as Float32Array;
      });
      const { classes, probabilities } = answers(logits, CLASSES);
      const suspicion = margins(logits, CLASSES, classes);
      return Array.from(classes, (answer, i) => {
        const p = pValue(calibration, suspicion[i]!);
        return {
          class: p <= ALPHA ? CLASSES : answer,
          backdoored: p <= ALPHA,
          pValue: p,
          suspicion: suspicion[i]!,
          answer: { class: answer, probability: probabilities[i]! },
          bad: { class: answer, probability: probabilities[i]! },
          repaired:
            p <= ALPHA
              ? answerWithout(logits.subarray(i * CLASSES, (i + 1) * CLASSES), answer)
              : { class: answer, probability: probabilities[i]! },
        };
      });
    },
  };
}

function bundleOf(calibration: Float32Array, classNames: string[]): Manifest {
  return {
    format: 'goodnet-bundle',
    formatVersion: 1,
    id: 'f'.repeat(64),
    name: 'badnet',
    classes: CLASSES,
    classNames,
    input: { ...DEMO_SHAPE, channels: 3, pixels: { kind: '0-1' }, fit: 'stretch' },
    method: 'expert',
    alpha: ALPHA,
    nets: { bad: 'bad' },
    clouds: {},
    rule: {
      kind: 'calibrated',
      first: plainDiscriminant(['forgetting']),
      passOver: ALPHA,
    },
    calibration: {
      scheme: 'cross-fit',
      folds: 4,
      images: calibration.length,
      groups: calibration.length,
      scores: Array.from(calibration),
    },
    without: [],
    measured: { images: 1, accuracyBefore: 1, accuracyRepaired: 1, accuracy: 1, falsePositiveRate: 0 },
    made: { seed: 1, engine: 'test', clean: { name: HOSTILE, images: 192, skipped: 0 }, notes: [HOSTILE] },
    tools: { goodnet: 'test' },
    files: [{ path: 'a', bytes: 1, sha256: '0'.repeat(64) }],
  };
}

/** The class that the finding names. */
export const TARGET = 5;

/** The bundle with a finding: dark purple bars over eyes, as the demo's sunglasses are. */
async function findingBundle(
  bundle: Manifest,
): Promise<{ bundle: Manifest; read: (path: string) => Uint8Array }> {
  const { height, width, channels } = DEMO_SHAPE;
  const isThere = (at: number) => Math.floor(at / width) >= 15 && Math.floor(at / width) < 22;
  const mask = Float32Array.from({ length: height * width }, (_, at) => Number(isThere(at)));
  const pattern = Float32Array.from(
    { length: height * width * channels },
    (_, at) => [112, 22, 158][at % 3]!,
  );
  const png = await triggerPng({ trigger: { mask, pattern } }, DEMO_SHAPE);
  const target = {
    class: TARGET,
    rate: 0.9,
    score: 2.5,
    signature: 1,
    area: 0.2,
    trigger: 'finding/pattern-5.png',
  };
  const finding = { backdoored: true, score: 2.5, limit: 1, tried: 11, targets: [target] };
  if (bundle.rule.kind !== 'calibrated') throw new Error('a calibrated rule is wanted');
  const rule = { ...bundle.rule, suspected: { classes: [TARGET], worth: 4 } };
  return { bundle: { ...bundle, finding, rule }, read: () => png };
}

/**
 * What `goodnet repair` and `goodnet evaluate` hand to their reports, of the demo's BadNet on drawn faces. The sets
 * and a class have hostile names.
 */
export async function smallReports(): Promise<{
  ofRepair: Report;
  ofEvaluation: Report;
  /** A repair with a finding: a pattern that may turn pictures to TARGET. */
  found: Report;
}> {
  const persons = demoCast();
  const draw = (set: string, imagesPerPerson: number, trigger?: (typeof DEMO_TRIGGERS)[number]) =>
    drawFaces({ persons, imagesPerPerson, seed: 1, set, shape: DEMO_SHAPE, trigger });
  const net = await loadNet(demoBadNet());
  const flat = toLogits(net.model);
  const kept = draw('kept', 8);
  const asked = await standIn(flat, new Float32Array()).classify(kept.pixels, kept.count);
  const calibration = Float32Array.from(asked, ({ suspicion }) => suspicion).sort();
  const bundle = bundleOf(
    calibration,
    persons.map((_, i) => (i === 0 ? HOSTILE : `person ${i}`)),
  );
  const clean = setOf(`clean ${HOSTILE}`, draw('test', 4));
  const poisoned = DEMO_TRIGGERS.map((trigger) =>
    setOf(`${trigger.kind} ${HOSTILE}`, draw('poison', 2, trigger)),
  );
  const observer = new Observer(clean, poisoned);
  const clock = new Clock();
  const figures = await evaluate(standIn(flat, calibration), clean, poisoned, {
    progress: clock.listen(silent),
    signal: undefined,
    observe: observer.observe,
  });
  const calibrated = calibrationObserver({ size: kept.count, shape: DEMO_SHAPE });
  const keptSet = setOf('kept', kept);
  for await (const batch of keptSet.batches(64)) {
    const verdicts = await standIn(flat, calibration).classify(batch.pixels, batch.names.length);
    calibrated.add(verdicts, { ...batch, labels: present(batch.labels, 'Labels') });
  }
  const observed = { clean: calibrated.observed(), poisoned: [] };
  const withFinding = await findingBundle(bundle);
  const finding = await findingOf(
    withFinding.bundle,
    withFinding.read,
    observed.clean.examples,
    standIn(flat, calibration),
  );
  const seen = observer.observed();
  const nets = { shape: DEMO_SHAPE, classes: CLASSES, bad: flat, pixels: { kind: '0-1' as const } };
  const places = await locateFlagged([seen.clean, ...seen.poisoned], {
    locate: (pixels) => locate(viewer(nets), Float32Array.from(pixels)),
  });
  flat.dispose();
  const run = {
    ...clock.taken(),
    engine: 'test',
    inputs: [{ label: 'Bundle', value: HOSTILE }],
    sets: [{ role: 'clean images', name: HOSTILE, images: 96, skipped: 3 }],
  };
  const ofRepair: Report = {
    kind: 'repair',
    bundle,
    figures: { clean: figures.clean, poisoned: [] },
    observed,
    run,
  };
  return {
    ofRepair,
    ofEvaluation: { kind: 'evaluation', bundle, figures, observed: seen, places, run },
    found: { ...ofRepair, bundle: withFinding.bundle, finding },
  };
}

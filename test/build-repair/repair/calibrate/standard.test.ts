import { describe, expect, test } from 'vitest';
import { fitDiscriminant } from '../../../../build-repair/repair/calibrate/fit-discriminant';
import {
  calibrationScores,
  type Evidence,
  fitStandard,
} from '../../../../build-repair/repair/calibrate/standard';
import { pValue } from '../../../../models/detector/conformal';
import type { Readings } from '../../../../models/detector/evidence/kind';
import { quantile } from '../../../../models/detector/scale';
import { firstScores, suspicion } from '../../../../models/detector/score';
import { REGIONS, regionEvidence, regionsOf } from '../../../../models/detector/transplant-regions';
import { Random } from '../../../../models/random';

const ALPHA = 0.01;

interface Drawn {
  readonly readings: Readings;
  readonly margins: Float32Array;
}

/** Evidence of n clean images, four kinds of it, and the margins of their pieces. */
function clean(n: number, random: Random): Drawn {
  const drawn = (count = n) => Float32Array.from({ length: count }, () => random.normal());
  return {
    readings: { forgetting: drawn(), latent: drawn(), trunk: drawn(), relearned: drawn() },
    margins: drawn(n * REGIONS.length).map((value) => 3 * value - 10),
  };
}

/** The fifth of them that is asked further, as repair asks it. */
function asking({ readings, margins }: Drawn, n: number): Evidence {
  const predicted = new Int32Array(n);
  const first = fitDiscriminant(readings, predicted, Array.from(predicted.keys()));
  const scores = firstScores(readings, { first }, predicted);
  const askFrom = quantile(scores.slice().sort(), 0.8);
  const places = Array.from(scores.keys()).filter((i) => scores[i]! >= askFrom);
  const of = places.flatMap((i) =>
    Array.from(margins.subarray(i * REGIONS.length, (i + 1) * REGIONS.length)),
  );
  return {
    readings,
    predicted,
    transplants: { askFrom, images: places, margins: Float32Array.from(of), join: 'sum', firstWeight: 1 },
  };
}

/** The scores of n new images by what is served. */
function served({ standard }: ReturnType<typeof fitStandard>, { readings, margins }: Drawn, n: number) {
  const { askFrom, pieces } = standard.transplant!;
  const scores = firstScores(readings, standard, new Int32Array(n));
  const found = regionEvidence(regionsOf(margins, pieces.scales), pieces);
  const transplant = found.map((value, i) => (scores[i]! >= askFrom ? value : Number.NaN));
  return suspicion({ ...readings, transplant }, standard, new Int32Array(n));
}

describe('calibrationScores', () => {
  test('keep the promise with few images, which scores by their own scales do not', () => {
    const [n, news, rounds] = [100, 500, 60];
    const random = new Random(1);
    const flagged = { own: 0, cross: 0 };
    for (let round = 0; round < rounds; round++) {
      const drawn = clean(n, random);
      const evidence = asking(drawn, n);
      const fitted = fitStandard(evidence);
      const fresh = served(fitted, clean(news, random), news);
      const { transplant } = fitted;
      const own = suspicion({ ...drawn.readings, transplant }, fitted.standard, evidence.predicted);
      const calibrations = { own, cross: calibrationScores(evidence, fitStandard(evidence), undefined, 1)() };
      for (const [how, scores] of Object.entries(calibrations)) {
        const ascending = scores.slice().sort();
        flagged[how as 'own' | 'cross'] += fresh.filter((score) => pValue(ascending, score) <= ALPHA).length;
      }
    }
    expect(flagged.own / (rounds * news)).toBeGreaterThan(1.4 * ALPHA);
    expect(flagged.cross / (rounds * news)).toBeLessThan(1.1 * ALPHA);
    expect(flagged.cross / (rounds * news)).toBeGreaterThan(0.3 * ALPHA);
  });

  test('no scale is of an image’s own group', () => {
    const n = 100;
    const { readings, predicted } = asking(clean(n, new Random(2)), n);
    // Ten frames of one sign, far out.
    const forgetting = readings.forgetting!.map((value, i) => (i < 10 ? value + 50 : value));
    const evidence = { readings: { ...readings, forgetting }, predicted, transplants: undefined };
    const groups = Array.from({ length: n }, (_, i) => `sign${Math.floor(i / 10)}`);
    const own = suspicion(evidence.readings, fitStandard(evidence).standard, predicted);
    const cross = calibrationScores(evidence, fitStandard(evidence), groups, 1)();
    expect(Math.max(...own.subarray(0, 10))).toBeLessThan(20);
    expect(Math.min(...cross.subarray(0, 10))).toBeGreaterThan(20);
  });

  test('a class that is suspected is put higher', () => {
    const n = 100;
    const evidence = {
      ...asking(clean(n, new Random(3)), n),
      predicted: Int32Array.from({ length: n }, (_, i) => i % 5),
    };
    const scoresWith = calibrationScores(evidence, fitStandard(evidence), undefined, 1);
    const [plain, suspected] = [scoresWith(), scoresWith({ classes: [2], worth: 4 })];
    suspected.forEach((score, i) => {
      expect(score - plain[i]!).toBeCloseTo(i % 5 === 2 ? Math.log(4) : 0, 2);
    });
  });

  test('with many images, one set of scales does for all', () => {
    const n = 1000;
    const evidence = asking(clean(n, new Random(4)), n);
    const { standard, transplant } = fitStandard(evidence);
    expect(calibrationScores(evidence, fitStandard(evidence), undefined, 1)()).toEqual(
      suspicion({ ...evidence.readings, transplant }, standard, evidence.predicted),
    );
  });
});

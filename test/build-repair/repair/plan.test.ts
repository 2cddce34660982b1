import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoSteps } from '../../../build-repair/demo/plan';
import { evaluationSteps } from '../../../build-repair/evaluate/plan';
import { openImages } from '../../../build-repair/images/open-images';
import { type RepairWork, repairSteps } from '../../../build-repair/repair/plan';
import { repair } from '../../../build-repair/repair/repair';
import { Course } from '../../../build-repair/steps';
import { METHODS } from '../../../models/bundle/methods';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { writeSmallJob } from '../job/small-job';

const work: RepairWork = {
  method: 'expert',
  images: 120,
  classes: 5,
  grouped: false,
  pixels: false,
  finding: true,
  unlabelled: 0,
};
const names = (more: Partial<RepairWork> = {}) => repairSteps({ ...work, ...more }).map(({ name }) => name);

describe('the plan of a repair', () => {
  test('is of ten steps', () => {
    expect(names()).toEqual([
      'Reading the images',
      'Choosing the pixel scaling',
      'Running the net over the images',
      'Fitting the detector',
      'Searching for a trigger',
      'Repairing the net',
      'Calibrating',
      'Finishing the repaired net',
      'Measuring',
      'Writing the bundle',
    ]);
  });

  test.each([
    [{ finding: false }, 9],
    [{ pixels: true }, 9],
    [{ pixels: true, finding: false }, 8],
    [{ unlabelled: 100 }, 11],
    [{ hosts: 100 }, 10],
    [{ keepsImages: false }, 8],
    [{ method: 'magnitude' as const }, 5],
    [{ method: 'magnitude' as const, pixels: true }, 4],
    [{ method: 'fine-prune' as const }, 5],
  ])('%j: %i steps', (more, count) => {
    expect(names(more)).toHaveLength(count);
  });

  test('one split is fitted once, folds five times', () => {
    const fits = (more: Partial<RepairWork>) =>
      repairSteps({ ...work, ...more }).find(({ name }) => name === 'Fitting the detector')!.parts.length / 2;
    expect([fits({}), fits({ images: 9000 }), fits({ images: 9000, grouped: true })]).toEqual([5, 1, 5]);
  });
});

test('no step or stage has a word that a newcomer must ask about', () => {
  const sets = [{ name: 'test.h5', size: 10 }];
  const plans = [
    ...METHODS.map((method) => repairSteps({ ...work, method, unlabelled: 10, hosts: 10 })),
    evaluationSteps(sets),
    demoSteps(),
  ];
  const said = plans.flat().flatMap(({ name, parts }) => [name, ...parts.map(({ stage }) => stage)]);
  expect(said.length).toBeGreaterThan(60);
  for (const each of said) {
    expect(each).not.toMatch(
      /gallery|transplant|hang|twice|fold|\b[BEG]\b|[′α]|evidence|latent|trunk|Mahalanobis|finding\b/i,
    );
  }
});

interface RepairVariant {
  readonly finding?: boolean;
  readonly unlabelled?: boolean;
  readonly hosts?: boolean;
  readonly keepsImages?: boolean;
}

describe('a repair keeps to its plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-plan-'));
  beforeAll(async () => {
    await startEngine({ engine: 'wasm' });
    await writeSmallJob(folder, ['one']);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['expert', {}],
    ['expert', { finding: false, unlabelled: true }],
    ['expert', { finding: false, hosts: true }],
    ['expert', { finding: false, keepsImages: false }],
    ['magnitude', {}],
    ['fine-prune', {}],
  ] as const)(
    '%s %j',
    async (method, { finding = true, unlabelled = false, hosts = false, keepsImages }: RepairVariant) => {
      const netPath = join(folder, 'nets/chain.h5');
      const net = await loadNet(netPath);
      const open = () =>
        openImages(join(folder, 'clean.h5'), { shape: net.inputShape, classes: net.classes });
      const clean = await open();
      const seen = unlabelled ? await open() : undefined;
      const kept = hosts ? await open() : undefined;
      const asked = { method, finding, keepsImages };
      const steps = repairSteps({ ...work, ...asked, unlabelled: seen?.size ?? 0, hosts: kept?.size });
      const planned = new Set(steps.flatMap(({ parts }) => parts.map(({ stage }) => stage)));
      const course = new Course(steps);
      const reached: number[] = [];
      const said: string[] = [];
      await repair({
        netPath,
        net,
        clean,
        unlabelled: seen,
        hosts: kept,
        keepsImages,
        out: join(folder, 'store'),
        method,
        acceptLowAccuracy: true,
        alpha: 0.05,
        seed: 1,
        finding,
        progress: (event) => {
          expect(planned).toContain(event.stage);
          course.take(event);
          reached.push(course.reached().step);
        },
        say: (line) => said.push(line),
      });
      for (const set of [clean, seen, kept]) set?.close();
      expect(reached).toEqual(reached.toSorted((a, b) => a - b));
      expect(new Set(reached).size).toBeGreaterThanOrEqual(steps.length - 1);
      expect(course.reached()).toMatchObject({ step: steps.length, of: steps.length, share: 1 });
      for (const line of said) expect(line).not.toMatch(/Goes without/);
    },
    180_000,
  );
});

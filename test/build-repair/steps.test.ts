import { describe, expect, test } from 'vitest';
import { Course, type Step } from '../../build-repair/steps';

const STEPS: Step[] = [
  { name: 'Reading', parts: [{ stage: 'read', cost: 5 }] },
  {
    name: 'Fitting',
    parts: [
      { stage: 'forget 1', cost: 20 },
      { stage: 'relearn 1', cost: 10 },
      { stage: 'forget 2', cost: 20 },
      { stage: 'relearn 2', cost: 10 },
    ],
  },
  { name: 'Searching', parts: [{ stage: 'search', cost: 25 }] },
  { name: 'Measuring', parts: [{ stage: 'measure', cost: 10 }] },
];

/** Runs through stages that take so many seconds each, looking every half second. */
function follow(seconds: Record<string, number>, steps = STEPS) {
  let now = 0;
  const course = new Course(steps, () => now);
  const seen: { step: number; name: string; share: number; left: number | undefined; truly: number }[] = [];
  const stages = Object.entries(seconds);
  const end = stages.reduce((sum, [, each]) => sum + each, 0);
  for (const [stage, each] of stages) {
    const ticks = Math.max(1, Math.round(each * 2));
    for (let done = 1; done <= ticks; done++) {
      now += (1000 * each) / ticks;
      // Some steps are silent until they end.
      if (stage !== 'search' || done === ticks) course.take({ stage, done, total: ticks });
      const { step, name, share, left } = course.reached();
      seen.push({ step, name, share, left, truly: end - now / 1000 });
    }
  }
  return seen;
}

const usual = {
  read: 5,
  'forget 1': 20,
  'relearn 1': 10,
  'forget 2': 20,
  'relearn 2': 10,
  search: 25,
  measure: 10,
};

describe('the time that is left', () => {
  test.each([
    ['as planned', usual],
    ['all at a third of the speed', Object.fromEntries(Object.entries(usual).map(([k, v]) => [k, 3 * v]))],
    ['a slow beginning', { ...usual, read: 12 }],
    ['a fast middle', { ...usual, 'forget 1': 10, 'forget 2': 8 }],
    ['a slow middle', { ...usual, 'forget 2': 28 }],
    ['a slow end', { ...usual, search: 35 }],
  ])('%s: goes down only, is never negative, and ends at none', (_, seconds) => {
    const lefts = follow(seconds).flatMap(({ left }) => (left === undefined ? [] : [left]));
    expect(lefts.length).toBeGreaterThan(50);
    for (const [i, left] of lefts.entries()) {
      expect(left).toBeGreaterThanOrEqual(0);
      if (i > 0) expect(left).toBeLessThanOrEqual(lefts[i - 1]! + 1e-9);
    }
    expect(lefts.at(-1)).toBeCloseTo(0);
  });

  test('is right where the plan is', () => {
    for (const { left, truly } of follow(usual)) {
      if (left !== undefined) expect(Math.abs(left - truly)).toBeLessThan(1.5);
    }
  });

  test('is of all steps, and not told from the first moment', () => {
    const seen = follow(usual);
    expect(seen[0]!.left).toBeUndefined();
    expect(seen.find(({ left }) => left !== undefined)!.left).toBeGreaterThan(90);
  });

  test('is told as soon as a part is done that tells it, however little that is', () => {
    const [first, ...others] = STEPS as [Step, ...Step[]];
    const small = { name: 'Running', parts: [{ stage: 'run', cost: 1, tells: true }] };
    const seen = follow({ run: 1, ...usual }, [small, first, ...others]);
    const told = seen.find(({ left }) => left !== undefined)!;
    expect(told.name).toBe('Running');
    expect(Math.abs(told.left! - told.truly)).toBeLessThan(5);
  });

  test('is corrected where it was far too low', () => {
    const late = follow({ ...usual, measure: 300 }).filter(({ name }) => name === 'Measuring');
    const [first] = late;
    expect(first!.left).toBeLessThan(15);
    expect(Math.max(...late.map(({ left }) => left!))).toBeGreaterThan(60);
    expect(late.at(-1)!.left).toBeCloseTo(0);
  });
});

describe('steps', () => {
  test('the share only grows, and the count is right from the first line', () => {
    const seen = follow(usual);
    seen.forEach(({ step, share }, i) => {
      const before = seen[i - 1];
      expect(step).toBeGreaterThanOrEqual(before?.step ?? 1);
      expect(share).toBeGreaterThanOrEqual(before?.share ?? 0);
    });
    expect(new Course(STEPS).reached()).toMatchObject({ step: 1, of: 4, name: 'Reading', share: 0 });
    expect(seen.at(-1)).toMatchObject({ step: 4, share: 1 });
  });

  test('one that turns out needless is passed over, not renumbered', () => {
    const course = new Course(STEPS);
    course.take({ stage: 'read', done: 1, total: 1 });
    course.take({ stage: 'measure', done: 0, total: 2 });
    expect(course.reached()).toMatchObject({ step: 4, of: 4, name: 'Measuring', share: 0.9 });
  });

  test('what is not in the plan, or behind, changes nothing', () => {
    const course = new Course(STEPS, () => 1000);
    course.take({ stage: 'search', done: 1, total: 2 });
    const before = course.reached();
    for (const stage of ['something else', 'read']) course.take({ stage, done: 1, total: 2 });
    expect(course.reached()).toEqual(before);
  });

  test('sets of one name are told apart', () => {
    const set = { name: 'Measuring on a.h5', parts: [{ stage: 'Measuring on a.h5', cost: 1 }] };
    const course = new Course([set, set]);
    const steps = [1, 2, 1, 2].map((done) => {
      course.take({ stage: set.name, done, total: 2 });
      return course.reached().step;
    });
    expect(steps).toEqual([1, 1, 2, 2]);
  });
});

import { describe, expect, it } from 'vitest';
import { Random } from '../../../models/random';
import { Timeline } from './events';
import { drainTime, meanTimeOnSpot, meanWait, turnedAway } from './formulas';
import { simulateBacklog } from './simulate-backlog';
import { simulateRepairs } from './simulate-repairs';
import { type Requests, simulateRequests } from './simulate-requests';

const requests: Requests = {
  rate: 40,
  count: 200_000,
  instances: 10,
  time: 0.2,
  exponential: true,
  start: 0,
  keep: Number.POSITIVE_INFINITY,
  waits: true,
};

describe('Timeline', () => {
  it('hands out in order, those of one time as they came', () => {
    const timeline = new Timeline<string>();
    for (const [at, what] of [
      [3, 'c'],
      [1, 'a'],
      [2, 'b'],
      [1, 'a2'],
      [0, '0'],
    ] as const)
      timeline.add(at, what);
    const order: string[] = [];
    for (let what = timeline.next(); what; what = timeline.next()) order.push(what);
    expect(order).toEqual(['0', 'a', 'a2', 'b', 'c']);
    expect(timeline.now).toBe(3);
  });
});

describe('the simulations agree with the closed formulas', () => {
  it('requests turned away: Erlang’s loss formula, whatever the times are like', () => {
    // A table's value: 10 servers, load 8.
    expect(turnedAway(8, 10)).toBeCloseTo(0.1217, 4);
    for (const exponential of [true, false]) {
      const { turnedAway: share } = simulateRequests(
        { ...requests, waits: false, exponential },
        new Random(1),
      );
      expect(Math.abs(share - turnedAway(8, 10))).toBeLessThan(0.004);
    }
  });

  it('the wait for an instance: Erlang’s delay formula', () => {
    const { meanWait: seconds, turnedAway: away } = simulateRequests(requests, new Random(2));
    expect(away).toBe(0);
    expect(Math.abs(seconds / meanWait(40, 0.2, 10) - 1)).toBeLessThan(0.08);
    expect(meanWait(60, 0.2, 10)).toBe(Number.POSITIVE_INFINITY);
  });

  it('the backlog: start and images over instances', () => {
    const instances = { first: 100, most: 100, perMinute: 0 };
    const { seconds, calls, billed } = simulateBacklog({
      images: 100_000,
      batch: 10,
      secondsEach: 0.02,
      secondsCall: 0,
      start: 0.5,
      instances,
    });
    expect(Math.abs(seconds - drainTime(100_000, 0.02, 100, 0.5))).toBeLessThan(0.5);
    expect(calls).toBe(10_000);
    expect(billed).toBeCloseTo(2000 + 50, 6);
  });

  it('nets on spot machines: the mean of a task that is begun anew', () => {
    const spot = { nets: 40_000, machines: 16, time: 600, boot: 240, rate: 1 / 3600 };
    const { perNet, taken } = simulateRepairs(spot, new Random(3));
    expect(Math.abs(perNet / meanTimeOnSpot(600, 1 / 3600, 240) - 1)).toBeLessThan(0.02);
    expect(taken).toBeGreaterThan(1000);
    const calm = simulateRepairs({ ...spot, nets: 33, rate: 0 }, new Random(3));
    expect(calm).toMatchObject({ seconds: 240 + 3 * 600, billed: 16 * 240 + 33 * 600, taken: 0 });
  });

  it('instances that start are the same as requests that come at once, and the seed decides', () => {
    const cold = simulateRequests({ ...requests, count: 2000, start: 0.5, keep: 600 }, new Random(4));
    expect(cold.cold * 2000).toBeCloseTo(10, 0);
    expect(cold).toEqual(
      simulateRequests({ ...requests, count: 2000, start: 0.5, keep: 600 }, new Random(4)),
    );
    expect(cold).not.toEqual(
      simulateRequests({ ...requests, count: 2000, start: 0.5, keep: 600 }, new Random(5)),
    );
  });
});

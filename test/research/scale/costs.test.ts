import { describe, expect, it } from 'vitest';
import { classifying, enough } from './classifying';
import type { Figures } from './figures';
import { turnedAway } from './formulas';
import { QUOTAS } from './quotas';
import { repairing } from './repairing';
import { report } from './report';
import { backfill, uploads } from './screening';
import { count, dollars, duration } from './words';

const figures: Figures = {
  net: 'test',
  repair: 60,
  start: 0.2,
  request: 0.01,
  image: 0.004,
  resident: 120e6,
};

describe('what screening costs', () => {
  it('adds up, by hand, for a million uploads on ten functions', () => {
    const { usd, parts, seconds } = uploads(1_000_000, figures, 10);
    // A call: two rounds of four requests to S3 at 30 ms, ten images at 4 ms × 1.5; ten instances start once.
    const billed = 100_000 * (0.24 + 10 * 0.006) + 10 * 0.55;
    expect(parts.lambda).toBeCloseTo(billed * (1769 / 1024) * 0.0000133334 + 0.02, 6);
    expect(parts.s3).toBeCloseTo(2 * 5 + 2 * 0.4, 6);
    expect(parts.events).toBeCloseTo(1 + 1.2 * 0.4, 6);
    expect(parts.logs).toBeCloseTo(0.75, 6);
    expect(usd).toBeCloseTo(parts.lambda + parts.s3 + parts.events + parts.logs, 9);
    // Five functions work for the first minute.
    expect(seconds).toBeGreaterThan(billed / 10);
    expect(seconds).toBeLessThan(billed / 10 + 60);
  });

  it('goes on with what is not simulated as it went before', () => {
    const [much, more] = [4e6, 8e6].map((images) => uploads(images, figures, 1000));
    const each = 0.024 + 0.006;
    expect((more!.seconds - much!.seconds) / ((4e6 * each) / 1000)).toBeCloseTo(1, 3);
    expect(more!.usd / much!.usd).toBeCloseTo(2, 3);
  });

  it('is for a backfill less in events, and goes faster on more functions', () => {
    const few = backfill(1_000_000, figures, 50);
    expect(few.parts.events).toBeLessThan(uploads(1_000_000, figures, 50).parts.events);
    expect(few.seconds / backfill(1_000_000, figures, 1000).seconds).toBeGreaterThan(15);
  });
});

describe('what classifying takes', () => {
  it('has instances enough, by Erlang’s formula, and no fewer', () => {
    const instances = enough(15);
    expect(turnedAway(15, instances)).toBeLessThanOrEqual(0.001);
    expect(turnedAway(15, instances - 1)).toBeGreaterThan(0.001);
  });

  it('is bounded by calls a second where calls are short, by instances where they are long', () => {
    expect(classifying(1000, figures).quota).toBe(100);
    const slow = classifying(1000, { ...figures, request: 0.5 });
    expect(slow.quota).toBe(slow.instances);
    expect(slow.quota).toBeGreaterThan(750);
  });
});

describe('what repairing costs', () => {
  it('is less on spot machines, though they are taken away', () => {
    const { machines, taken, usd, usdFull } = repairing(10_000, figures);
    expect(machines).toBe(16);
    expect(taken).toBeGreaterThan(0);
    expect(usd).toBeLessThan(usdFull);
    // Sixteen machines start, and each net takes a minute of one.
    expect(usdFull).toBeCloseTo(((10_000 * 60 + 16 * 300) / 3600) * 0.526, 6);
  });
});

describe('the report', () => {
  it('tells every quota, with a figure in each place', () => {
    const text = report(figures);
    for (const { of, raise } of Object.values(QUOTAS)) {
      expect(text).toContain(of);
      expect(text).toContain(raise);
    }
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
    expect(text).toMatch(/^\| together +\| +\$2\.5 \|$/m);
  });

  it('has figures that people can read', () => {
    expect([0.0123, 1, 59, 90, 5400, 200_000].map(duration)).toEqual([
      '12 ms',
      '1.0 s',
      '59 s',
      '1.5 min',
      '1.5 h',
      '2.3 days',
    ]);
    expect([0.0012, 1.234, 45.6, 12_345].map(dollars)).toEqual(['$0.0012', '$1.2', '$46', '$12,345']);
    expect([0.15, 12, 1e8].map(count)).toEqual(['0.2', '12', '100,000,000']);
  });
});

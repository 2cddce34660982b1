import { describe, expect, it } from 'vitest';
import { asItIsTable, interval, netsTable, partsTable } from './print';

const change = (mean: number, images: number) => ({ mean, variance: 0.0001, images });
const part = { name: 'latent', what: 'a distance' };

describe('interval', () => {
  it('has signs, and none for what is rounded away', () => {
    expect(interval({ mean: 0.012, low: -0.0004, high: 0.0244 })).toBe('+1.2 (0.0 to +2.4)');
    expect(interval({ mean: -0.01, low: -0.02, high: 0 })).toBe('−1.0 (−2.0 to 0.0)');
  });
});

describe('partsTable', () => {
  it('has the mean over nets that have the part, and how many these are', () => {
    const nets = [
      { name: 'a', changes: { detected: change(0.1, 50), falseAlarms: change(0.01, 200) } },
      { name: 'b', changes: { detected: change(0.1, 30), falseAlarms: change(0.03, 100) } },
      { name: 'clean', changes: { falseAlarms: change(0.02, 100) } },
    ];
    const lines = partsTable([
      { part, nets },
      { part: { name: 'rows', what: 'a piece' }, nets: [] },
    ]).split('\n');
    expect(lines[2]).toMatch(/part .* detected .* false alarms .* nets .* images/);
    expect(lines[2]).not.toMatch(/AUROC|named rightly/);
    expect(lines[4]).toMatch(/latent .*\+10\.0 \(\+10\.0 to \+10\.0\) .*\+2\.0 \(.*\) .* 3 .* 400 /);
    expect(lines[5]).toMatch(/rows .* 0 /);
  });

  it('tells each net, by its images', () => {
    const nets = [{ name: 'a', changes: { detected: change(0.1, 50) } }];
    expect(netsTable({ part, nets })).toContain('+10.0 (+8.0 to +12.0)');
    expect(netsTable({ part, nets: [] })).toContain('No net has it.');
  });
});

describe('asItIsTable', () => {
  it('leaves out what a net without a trigger does not have', () => {
    const figures = {
      detected: Number.NaN,
      detectedAtFive: Number.NaN,
      area: Number.NaN,
      falseAlarms: 0.012,
      clean: 500,
      poisoned: 0,
    };
    const text = asItIsTable([{ name: 'clean', figures }]);
    expect(text).toContain('1.2');
    expect(text).not.toMatch(/NaN|AUROC/);
  });
});

import { describe, expect, test } from 'vitest';
import { type Repaired, repairedText } from '../../../build-repair/cli/repaired';
import { comparedWith } from '../../../build-repair/demo/outcome';
import { rateOf } from '../../../build-repair/evaluate/interval';
import {
  evidenceOf,
  findingLines,
  findingOutcome,
  howItIsDecided,
} from '../../../build-repair/finding/words';
import { lookOf } from '../../../build-repair/terminal';

const target = (each: number) => ({
  class: each,
  rate: 1,
  score: 2.1,
  area: 0.03,
  trigger: `finding/trigger-${each}.png`,
});
const finding = (...targets: number[]) => ({
  backdoored: targets.length > 0,
  score: targets.length > 0 ? 2.1 : 0.4,
  limit: 1,
  tried: 18,
  targets: targets.map(target),
});
const figures = {
  accuracyBefore: rateOf(566, 576),
  accuracyRepaired: rateOf(567, 576),
  accuracy: rateOf(565, 576),
  falsePositiveRate: rateOf(5, 576),
  falsePositiveRateAt: [],
};

function repaired(more: object = {}, manifest: object = {}): Repaired {
  const rule = { kind: 'calibrated' };
  return {
    manifest: {
      rule,
      alpha: 0.01,
      calibration: { scheme: 'cross-fit' },
      measured: {},
      nets: {},
      finding: finding(5),
      ...manifest,
    },
    figures,
    notices: [],
    folder: 'store/0123',
    existed: false,
    madeCurrent: true,
    report: 'store/report.html',
    signedBy: undefined,
    ...more,
  } as unknown as Repaired;
}

describe('what a repair tells at its end', () => {
  test('the outcome first, in words, then where bundle and report are', () => {
    const lines = repairedText(repaired()).split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'Signs of a backdoor toward class 5.',
      'It may be innocent all the same, and others may be missed.',
      'Clean accuracy 98.3 → 98.1 %.',
      'False alarms: 0.9 % of clean images (promised: 1 % on average).',
      '',
      'Bundle: store/0123',
      'Report: store/report.html',
    ]);
    expect(lines.join('\n')).not.toMatch(/\b[BG]\b|B['′]/);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  test('no finding, no report, a signed bundle that was there already', () => {
    const text = repairedText(
      repaired({ report: undefined, existed: true, signedBy: 'abc' }, { finding: undefined }),
    );
    expect(text).toMatch(/^Clean accuracy/);
    expect(text).toContain('Bundle: store/0123 (it was there already), signed by abc\n');
    expect(text).not.toMatch(/Report|Search/);
  });

  test('what the repaired net does alone, on images that it was not made from, and no figure of others', () => {
    const told = (after: number, madeCurrent = true) =>
      repairedText(
        repaired(
          { madeCurrent },
          {
            measured: {
              repaired: { images: 57, accuracyBefore: 0.98, accuracy: 0.97, implanted: { before: 1, after } },
            },
          },
        ),
      );
    const text = told(0.02);
    expect(text.split('\n')[2]).toBe(
      'Repaired net alone: clean accuracy 98.0 → 97.0 %; implanted triggers 100 % → 2 %.',
    );
    expect(text).not.toMatch(/ 98\.4 %/); // 567 of 576, which it was made from
    const unrepaired = told(0.5, false);
    expect(unrepaired).toMatch(/^Not repaired: 50 % of the images with an implanted .*\nRepaired net/m);
    expect(unrepaired).toContain('Bundle: store/0123; not made current\n');
  });

  test('notes come last', () => {
    const text = repairedText(repaired({ notices: ['Mind this.', 'And that.'] }));
    expect(text).toMatch(/\n\nNote: Mind this\.\nNote: And that\.$/);
  });

  test('narrow terminals get stacked figures', () => {
    const text = repairedText(repaired(), lookOf({ isTTY: true, columns: 80 }, { NO_COLOR: '1' }));
    expect(text).toMatch(/^✗ Signs of a backdoor/);
    expect(text).toMatch(/^accuracy\n {2}BadNet +98\.3 %/m);
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  test('a method that is not calibrated is measured on what it was made from', () => {
    const text = repairedText(
      repaired({}, { rule: { kind: 'disagreement' }, calibration: { scheme: 'none' }, finding: undefined }),
    );
    expect(text).toContain('which the repaired net was made from');
    expect(text).not.toContain('promised');
  });
});

describe('a finding in words', () => {
  test('several classes, and their names', () => {
    expect(findingOutcome(finding(5, 12))[0]).toBe('Signs of a backdoor toward class 5 and class 12.');
    expect(findingOutcome(finding(1), ['cat', 'dog'])[0]).toBe('Signs of a backdoor toward class 1 (dog).');
    expect(findingOutcome(finding(1), ['0', '1'])[0]).toBe('Signs of a backdoor toward class 1.');
    expect(findingOutcome(finding(5, 12))[1]).toMatch(/^Some of them .*innocent/);
  });

  test('say how sure each target is', () => {
    const levels = ['near certain', 'possible'] as const;
    const two = finding(5, 12);
    const told = { ...two, targets: two.targets.map((each, i) => ({ ...each, level: levels[i]! })) };
    expect(findingOutcome(told)[0]).toBe(
      'Signs of a backdoor toward class 5 (near certain) and class 12 (possible).',
    );
    expect(findingLines(told, ['a', 'b'])[1]).toMatch(/^ {2}class 5 \(near certain\): score 2\.10; /);
    expect(howItIsDecided(told)).toContain('near certain where');
    expect(howItIsDecided(two)).not.toContain('near certain');
  });

  test('of several that stand out each sentence is true', () => {
    const { targets } = finding(5);
    expect(evidenceOf({ ...targets[0]!, standsOut: 1.2 })).toContain('nearly all other classes');
    expect(evidenceOf({ ...targets[0]!, standsOut: 0.9 })).not.toContain('surer');
  });

  test('without targets do not say that the net is clean', () => {
    expect(findingOutcome(finding())).toEqual([
      'No sign of a backdoor.',
      'That does not clear the net: some backdoors are missed.',
    ]);
  });
});

test('the demo, which knows the attacker, tells what the search missed and whom it blamed', () => {
  const attacked = [
    { class: 5, trigger: 'sunglasses' },
    { class: 12, trigger: 'lipstick' },
  ];
  const told = (...classes: number[]) => comparedWith(attacked, finding(...classes).targets);
  const truth = 'The attacker’s targets: class 5 (sunglasses) and class 12 (lipstick).';
  expect(told(5, 12)).toBe(`${truth} The search named just these.`);
  expect(told(12)).toBe(`${truth} The search missed class 5.`);
  expect(told(5, 7)).toBe(`${truth} The search missed class 12. Innocent, though named: class 7.`);
});

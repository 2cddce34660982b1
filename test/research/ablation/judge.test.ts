import { describe, expect, it } from 'vitest';
import type { Readings } from '../../../models/detector/evidence/kind';
import { firstKinds } from '../../../models/detector/score';
import { REGIONS } from '../../../models/detector/transplant-regions';
import { Random } from '../../../models/random';
import { plainDiscriminant } from '../../plain-discriminant';
import type { CollectedNet, ReadSet } from './collected';
import { checkAsItIs, judge } from './judge';
import { measureAsItIs, measurePart } from './measure';
import { PARTS } from './parts';

const CLASSES = 10;
const TARGET = 3;

/** Made-up readings: forgetting alone tells poisoned images, transplants some of them, the other kinds are noise. */
function madeUp({ asks = true }: { asks?: boolean } = {}): CollectedNet {
  const random = new Random(1, 'made-up readings');
  const draw = (n: number, shift: number) => Float32Array.from({ length: n }, () => random.normal() + shift);
  const read = (n: number, forgetting: number, transplants: number) => ({
    evidence: {
      confidence: draw(n, 0),
      forgetting: draw(n, forgetting),
      latent: draw(n, 0),
      relearned: draw(n, 0),
    } satisfies Readings,
    margins: asks ? draw(n * REGIONS.length, transplants) : undefined,
  });
  const set = (name: string, n: number, isPoisoned: boolean): ReadSet => {
    const labels = Int32Array.from({ length: n }, (_, i) => (isPoisoned ? TARGET : i % CLASSES));
    const trueLabels = isPoisoned ? labels.map((_, i) => (i % 2 === 0 ? 4 : 5)) : undefined;
    const predicted = labels.slice();
    return {
      ...read(n, isPoisoned ? 2.5 : 0, isPoisoned ? -2 : -4),
      name,
      labels,
      trueLabels,
      predicted,
      answered: predicted.map((each, i) => (i === 0 ? (each + 1) % CLASSES : each)),
      naming: undefined,
      served: new Float32Array(0),
    };
  };
  const n = 1200;
  const calibration = {
    ...read(n, 0, -4),
    predicted: Int32Array.from({ length: n }, (_, i) => i % CLASSES),
    groups: undefined,
  };
  const service = set('service', 300, false);
  const net: CollectedNet = {
    name: 'made-up',
    seed: 1,
    classes: CLASSES,
    rule: {
      kind: 'calibrated',
      first: plainDiscriminant(['confidence', 'forgetting', 'latent', 'relearned']),
      alpha: 0.01,
      passOver: 0.02,
      calibration: new Float32Array(0),
      ...(asks && {
        transplant: {
          askFrom: 1.5,
          pieces: {
            scales: REGIONS.map((piece) => ({ piece, zero: 0, spread: 1 })),
            halves: { zero: 0, spread: 1 },
            highest: { zero: 0, spread: 1 },
          },
          scale: { zero: 0, spread: 1 },
          join: 'sum' as const,
          firstWeight: 1,
        },
      }),
    },
    found: [TARGET],
    calibration,
    clean: set('clean', 400, false),
    poisoned: [set('poisoned', 200, true)],
    service,
    groups: undefined,
  };
  return { ...net, rule: { ...net.rule, calibration: judge(net).calibration } };
}

const part = (name: string) => PARTS.find((each) => each.name === name)!;

describe('judge', () => {
  const net = madeUp();

  it('calibrates every variant anew: false alarms stay near α', () => {
    for (const switches of [
      {},
      { kinds: ['latent', 'relearned'] },
      { transplants: false },
      { asksAll: true },
    ]) {
      const { calibration, clean } = judge(net, switches);
      const from = calibration[calibration.length - 12]!;
      const alarms = clean.filter((score) => score >= from).length / clean.length;
      expect(alarms, JSON.stringify(switches)).toBeLessThan(0.04);
    }
  });

  it('leaves kinds, pieces and suspected classes out of the standard', () => {
    const { suspected, transplant: second, ...rule } = judge(net).standard;
    expect(firstKinds(rule)).toEqual(['confidence', 'forgetting', 'latent', 'relearned']);
    expect(suspected?.classes).toEqual([TARGET]);
    expect(second!.pieces.scales.map(({ piece }) => piece)).toEqual(REGIONS);

    const without = judge(net, { kinds: ['latent'], withoutRegions: ['rows'], suspects: 'none' }).standard;
    expect(firstKinds(without)).toEqual(['latent']);
    expect(without.suspected).toBeUndefined();
    expect(without.transplant!.pieces.scales.map(({ piece }) => piece)).toEqual(
      REGIONS.filter((piece) => piece !== 'rows'),
    );
    expect(judge(net, { transplants: false }).standard.transplant).toBeUndefined();
    expect(judge(net, { firstWeight: 0.6, join: 'larger' }).standard.transplant).toMatchObject({
      firstWeight: 0.6,
      join: 'larger',
    });
  });

  it('asks as many further as it is, whatever the first score', () => {
    const askedBy = (switches: Parameters<typeof judge>[1]) =>
      judge(net, switches).standard.transplant!.askFrom;
    expect(askedBy({})).toBe(1.5);
    expect(askedBy({ kinds: ['latent'] })).not.toBe(1.5);
    expect(askedBy({ asksAll: true })).toBe(Number.MIN_SAFE_INTEGER);
  });

  it('has images seen in service name classes that suspicious ones gather at', () => {
    const suspicious = net.service.evidence.forgetting!.map((value, i) => (i < 90 ? value + 8 : value));
    const predicted = net.service.predicted.map((each, i) => (i < 90 ? 7 : each));
    const seen = {
      ...net,
      service: { predicted, evidence: { ...net.service.evidence, forgetting: suspicious } },
    };
    expect(judge(seen, { suspects: 'finding and gathering' }).standard.suspected?.classes).toEqual([
      TARGET,
      7,
    ]);
    expect(judge(net, { suspects: 'finding and gathering' }).standard.suspected?.classes).toEqual([TARGET]);
  });
});

describe('checkAsItIs', () => {
  const net = madeUp();

  it('holds readings to the scores of calibration and of service', () => {
    expect(() => checkAsItIs(net)).not.toThrow();
    const scores = judge(net).poisoned[0]!;
    const served = (first: number) => ({
      ...net,
      poisoned: [{ ...net.poisoned[0]!, served: Float32Array.of(first, scores[1]!) }],
    });
    expect(() => checkAsItIs(served(scores[0]!))).not.toThrow();
    expect(() => checkAsItIs(served(scores[0]! + 1))).toThrow('made-up: poisoned are scored 1.00 apart');
    const shifted = {
      ...net,
      rule: { ...net.rule, calibration: net.rule.calibration.map((each) => each + 0.2) },
    };
    expect(() => checkAsItIs(shifted)).toThrow('the calibration images are scored 0.20 apart');
  });
});

describe('measurePart', () => {
  const net = madeUp();

  it('finds which part tells of the trigger', () => {
    const forgetting = measurePart(net, part('forgetting'))!;
    expect(forgetting.detected!.mean).toBeGreaterThan(0.1);
    expect(forgetting.area!.mean).toBeGreaterThan(0.005);
    const latent = measurePart(net, part('latent'))!;
    expect(Math.abs(latent.detected!.mean)).toBeLessThan(forgetting.detected!.mean);
    expect(measurePart(net, part('transplants'))!.detected!.mean).toBeGreaterThan(0);
    expect(measurePart(net, part('suspected'))!.area!.mean).toBeGreaterThan(0.005);
  });

  it('counts images on which the attack works, and all clean ones', () => {
    const [set] = net.poisoned;
    const predicted = set!.predicted.map((each, i) => (i < 50 ? 1 : each));
    const weak = { ...net, poisoned: [{ ...set!, predicted }] };
    expect(measureAsItIs(weak)).toMatchObject({ poisoned: 150, clean: 400 });
    expect(measurePart(weak, part('latent'))!.detected!.images).toBe(150);
    expect(measurePart(weak, part('latent'))!.falseAlarms!.images).toBe(400);
  });

  it('finds what scales of each class tell', () => {
    // One class is loud by nature, and takes all of the false alarms where all are on one scale.
    const louder = (of: Float32Array, predicted: Int32Array) =>
      of.map((value, i) => (predicted[i] === 7 ? value + 6 : value));
    const loud = <Of extends Pick<CollectedNet['clean'], 'evidence' | 'predicted'>>(read: Of): Of => ({
      ...read,
      evidence: { ...read.evidence, forgetting: louder(read.evidence.forgetting!, read.predicted) },
    });
    const plain = madeUp({ asks: false });
    const uneven = { ...plain, calibration: loud(plain.calibration), clean: loud(plain.clean) };
    expect(measurePart(uneven, part('classes'))!.detected!.mean).toBeGreaterThan(0.05);
    expect(Math.abs(measurePart(plain, part('classes'))!.detected!.mean)).toBeLessThan(0.1);
  });

  it('counts what views change of answers that are not flagged', () => {
    const viewed = { ...net, rule: { ...net.rule, views: { unsureBelow: 0.9, mirrored: false } } };
    expect(measurePart(viewed, part('views'))!.right!.mean).toBeCloseTo(-1 / 400, 12);
    expect(measurePart(net, part('views'))).toBeUndefined();
  });

  it('counts the right names of what is passed over, by the gallery and by the nearest mean', () => {
    const [set] = net.poisoned;
    const truth = set!.trueLabels!;
    const wrong = truth.map(() => 9);
    const of = (any: Int32Array) => ({ any, others: any });
    const predicted = { ...set!, naming: { gallery: of(truth), mean: of(wrong), head: of(truth) } };
    const hung = { ...net, poisoned: [predicted] };
    expect(measurePart(hung, part('gallery'))!.right!.mean).toBe(1);
    expect(measurePart(hung, part('gallery-not-head'))!.right!.mean).toBe(0);
    expect(measurePart(net, part('gallery'))).toBeUndefined();
  });

  it('leaves parts out that a bundle has nothing of', () => {
    const plain = { ...madeUp({ asks: false }), found: [] };
    const there = PARTS.filter((each) => measurePart(plain, each)).map(({ name }) => name);
    expect(there).toEqual(['forgetting', 'latent', 'relearned', 'confidence', 'classes', 'unlabelled']);
  });
});

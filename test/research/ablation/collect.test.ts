import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoadedImages } from '../../../build-repair/images/load';
import { REGIONS } from '../../../models/detector/transplant-regions';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { writeKerasH5 } from '../../../models/keras/write/h5';
import { classes, contextOf, range, stripes } from '../../build-repair/repair/striped-images';
import { memorySet } from '../../memory-set';
import { branchedNet } from '../../small-nets';
import { collect } from './collect';
import type { CollectedNet } from './collected';
import { checkAsItIs, judge } from './judge';
import { keep, kept } from './kept';
import { measurePart } from './measure';
import type { OpenedNet } from './nets';
import { PARTS } from './parts';

let work: string;

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  work = await mkdtemp(join(tmpdir(), 'goodnet-ablation-'));
});

afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

/** Striped images, of the first classes alone. */
function striped(count: number, seed: number, known = classes): LoadedImages {
  const { pixels, labels } = stripes(count, seed);
  const { images } = contextOf({ pixels, labels: labels.map((label) => label % known) });
  return { ...images, names: Array.from(labels, String) };
}

async function collected(known: number): Promise<CollectedNet> {
  const netPath = join(work, `net-${known}.h5`);
  await writeKerasH5(branchedNet(classes), netPath);
  const net = await loadNet(netPath);
  const set = (name: string, count: number, seed: number, label?: number) =>
    memorySet(name, striped(count, seed, known), range(0, count), label);
  const poisoned = set('poisoned', 70, 3, 1);
  const opened: OpenedNet = {
    netPath,
    net,
    clean: set('clean', 240, 1),
    test: set('test', 90, 2),
    poisoned: [poisoned],
    service: poisoned,
    close() {},
  };
  const found = await collect('striped', 1, opened, join(work, `kept-${known}`));
  net.model.dispose();
  return found;
}

describe.each([
  ['evidence is complete', 5, 'sum'],
  ['a class has no clean images', 4, 'larger'],
] as const)('collect, cross-fitted, where %s', (_, known, join_) => {
  let net: CollectedNet;
  beforeAll(async () => {
    net = await collected(known);
  });

  it('reads what the bundle was calibrated with, and what it serves', () => {
    expect(net.rule.transplant?.join).toBe(join_);
    expect(net.calibration.predicted.length).toBe(net.rule.calibration.length);
    expect(net.calibration.margins!.length).toBe(net.calibration.predicted.length * REGIONS.length);
    expect(net.clean.served).toHaveLength(64);
    expect(() => checkAsItIs(net)).not.toThrow();
  });

  it('would tell of readings that are not those', () => {
    const { forgetting, ...others } = net.calibration.evidence;
    const turned = { ...others, forgetting: forgetting!.slice().reverse() };
    const wrong = { ...net, calibration: { ...net.calibration, evidence: turned } };
    expect(() => checkAsItIs(wrong)).toThrow('apart from what the bundle has');
  });

  it('is the same when it was kept', () => {
    const path = join(work, `kept-${known}.bin`);
    keep(path, net);
    const again = kept<CollectedNet>(path)!;
    expect(judge(again)).toEqual(judge(net));
    expect(kept(`${path}.none`)).toBeUndefined();
  });

  it('is measured part by part', () => {
    for (const part of PARTS) {
      const changes = Object.values(measurePart(net, part) ?? {}).filter((each) => each !== undefined);
      for (const { mean, variance } of changes) {
        expect(mean, part.name).toBeGreaterThanOrEqual(-1);
        expect(mean, part.name).toBeLessThanOrEqual(1);
        expect(variance, part.name).toBeGreaterThanOrEqual(0);
      }
    }
    expect(measurePart(net, PARTS.find(({ name }) => name === 'transplants')!)).toBeDefined();
  });
});

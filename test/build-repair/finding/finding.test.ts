import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { findBackdoor } from '../../../build-repair/finding/find';
import { packFinding } from '../../../build-repair/finding/pack';
import { readTriggerPng, triggerPng } from '../../../build-repair/finding/trigger-png';
import { findingLines, findingOutcome } from '../../../build-repair/finding/words';
import { forget } from '../../../build-repair/repair/learn/forget';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import { copyNet } from '../../../models/nets/graph';
import { leastMemory } from '../../../models/nets/rows-at-once';
import { all, context, shape, TARGET, trained } from './patched-net';

beforeAll(async () => {
  await startEngine();
  await enableTraining();
});

describe('is the net backdoored?', () => {
  test('a backdoored net: its target alone, the trigger as a picture, the same bytes again', async () => {
    const bad = await trained(true);
    const expert = await forget(context, bad, all, { number: 1, stream: '' });
    const before = tf.memory().numTensors;
    const finding = await findBackdoor(context, bad, expert);
    expect(tf.memory().numTensors).toBe(before);
    expect(finding.backdoored).toBe(true);
    expect(finding.targets.map((target) => target.class)).toEqual([TARGET]);
    expect(finding.targets[0]!.rate).toBeGreaterThan(0.7);
    const packed = await packFinding(finding, shape);
    expect(packed.field.targets[0]!.trigger).toBe(`finding/pattern-${TARGET}.png`);
    expect(Array.from(packed.files[0]!.bytes.slice(1, 4))).toEqual([0x50, 0x4e, 0x47]);
    const { trigger } = finding.targets[0]!;
    const kept = (await readTriggerPng(packed.files[0]!.bytes, shape))!;
    trigger.mask.forEach((share, at) => {
      expect(Math.abs(kept.mask[at]! - share)).toBeLessThan(1 / 255);
      if (share < 1 / 255) return;
      for (let c = 0; c < 3; c++)
        expect(Math.abs(kept.pattern[at * 3 + c]! - trigger.pattern[at * 3 + c]!)).toBeLessThan(1);
    });
    const again = await packFinding(await findBackdoor(context, bad, expert), shape);
    expect(again).toEqual(packed);
    expect(findingLines(packed.field)[1]).toContain(`class ${TARGET} (${finding.targets[0]!.level}): score`);
    expect(findingOutcome(packed.field).join(' ')).toContain('It may be innocent');
  });

  test('a pattern on a grey picture is kept with its opacity, too; one on another size, or without, is none to put on', async () => {
    const grey = { height: 2, width: 1, channels: 1 };
    const trigger = { mask: Float32Array.of(0, 0.4), pattern: Float32Array.of(200, 90) };
    const png = await triggerPng({ trigger }, grey);
    const { mask, pattern } = (await readTriggerPng(png, grey))!;
    expect(Array.from(mask, (share) => Math.round(255 * share))).toEqual([0, 102]);
    expect(pattern[1]).toBe(90);
    expect(await readTriggerPng(png, { ...grey, height: 1 })).toBeUndefined();
    const opaque = await sharp(Buffer.alloc(6), { raw: { height: 2, width: 1, channels: 3 } })
      .png()
      .toBuffer();
    expect(await readTriggerPng(opaque, { ...grey, channels: 3 })).toBeUndefined();
  });

  test('as on a large net, with a part of the work: the same target, of fewer classes', async () => {
    const bad = await trained(true);
    const expert = await forget(context, bad, all, { number: 1, stream: '' });
    const before = tf.memory().numTensors;
    const large = { ...context, effort: 0.1, memory: 6 * leastMemory(bad) };
    const finding = await findBackdoor(large, bad, expert);
    expect(tf.memory().numTensors).toBe(before);
    expect(finding.targets.map((target) => target.class)).toEqual([TARGET]);
  });

  test('a clean net: no alarm', async () => {
    const bad = await trained(false);
    const expert = await forget(context, bad, all, { number: 1, stream: '' });
    expect(expert.remembers).toBeLessThan(0.2);
    // The same net, so sure of all that it says that float32 knows no doubt: it is made to forget, too.
    const sure = copyNet(bad, 'sure');
    const head = sure.layers.at(-1)!;
    head.setWeights(head.getWeights().map((weight) => tf.mul(weight, 200)));
    expect((await forget(context, sure, all, { number: 1, stream: '' })).remembers).toBeLessThan(0.2);
    const finding = await findBackdoor(context, bad, expert);
    expect(finding.targets).toEqual([]);
    expect(finding.backdoored).toBe(false);
    expect(finding.score).toBeLessThan(finding.limit);
    const packed = await packFinding(finding, shape);
    expect(findingLines(packed.field)).toHaveLength(1);
  });
});

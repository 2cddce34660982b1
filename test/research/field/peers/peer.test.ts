import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import type { LoadedNet } from '../../../../models/keras';
import { calibrated, type Peer } from './peer';
import { CLASSES, CLEAN, cleanSet, quadrantNet, SHAPE, TRIGGERED } from './quadrants';
import { strip } from './strip';

beforeAll(() => startEngine());

const loaded = () => ({ model: quadrantNet(), inputShape: SHAPE, classes: CLASSES }) as unknown as LoadedNet;

describe('a peer, calibrated', () => {
  it('scores each clean image by a fit that has not seen it, and serves one that has seen all', async () => {
    const seen: number[][] = [];
    const scored: number[] = [];
    let open = 0;
    const peer: Peer = {
      name: 'fake',
      async fit(_context, _bad, fit) {
        seen.push([...fit]);
        open++;
        return {
          async score(rows, named) {
            scored.push(named.length);
            expect(rows.length).toBe(named.length * 64);
            // As suspicious as the trigger's quadrant is bright.
            return Float32Array.from(named, (_, i) => rows[i * 64 + 63]!);
          },
          dispose() {
            open--;
          },
        };
      },
    };
    const net = loaded();
    const judge = await calibrated(peer, { net, clean: cleanSet(60), seed: 1 });
    expect(judge.scheme).toBe('cross-fit');
    expect(seen.map((fit) => fit.length)).toEqual([45, 45, 45, 45, 60]);
    expect(scored.reduce((sum, n) => sum + n, 0)).toBe(60);
    const heldOut = seen.slice(0, 4).flatMap((fit) => [...Array(60).keys()].filter((i) => !fit.includes(i)));
    expect(heldOut.sort((a, b) => a - b)).toEqual([...Array(60).keys()]);
    expect(open).toBe(1);
    const [clean] = await judge.classify(CLEAN, 2);
    const [triggered] = await judge.classify(TRIGGERED, 2);
    expect(clean).toMatchObject({ suspicion: 0, pValue: 60 / 61, bad: { class: 0 } });
    expect(triggered).toMatchObject({ suspicion: 220, pValue: 1 / 61, bad: { class: 3 } });
    judge.dispose();
    expect(open).toBe(0);
    net.model.dispose();
  });

  it('may be STRIP, and leaves no tensors behind', async () => {
    const net = loaded();
    const before = tf.memory().numTensors;
    const judge = await calibrated(strip(20), { net, clean: cleanSet(60), seed: 1 });
    const clean = await judge.classify(CLEAN, 2);
    const triggered = await judge.classify(TRIGGERED, 2);
    expect(Math.min(...triggered.map(({ suspicion }) => suspicion))).toBeGreaterThan(
      Math.max(...clean.map(({ suspicion }) => suspicion)),
    );
    judge.dispose();
    expect(tf.memory().numTensors).toBe(before);
    net.model.dispose();
  });
});

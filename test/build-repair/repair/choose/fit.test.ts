import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImages } from '../../../../build-repair/images/open-images';
import { silent } from '../../../../build-repair/progress';
import { repair } from '../../../../build-repair/repair/repair';
import { startEngine } from '../../../../models/engine';
import type { Fit } from '../../../../models/images/fit';
import { loadNet } from '../../../../models/keras';
import { writeKerasH5 } from '../../../../models/keras/write/h5';
import { writeFiles } from '../../images/write-images';

const root = mkdtempSync(join(tmpdir(), 'goodnet-choose-fit-'));
const COLOURS = ['#c83c3c', '#3cc83c', '#3c3cc8'];

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  // Names the channel that is the brightest.
  const net = layers.sequential();
  net.add(layers.layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [8, 8, 3], name: 'conv' }));
  net.add(layers.layers.globalAveragePooling2d({}));
  net.add(
    layers.layers.dense({ units: 3, activation: 'softmax', kernelInitializer: 'identity', name: 'last' }),
  );
  const alike = tf.mul(tf.reshape(tf.eye(3), [1, 1, 3, 3]), 9);
  net.getLayer('conv').setWeights([alike, tf.zeros([3])]);
  await writeKerasH5(net, join(root, 'net.h5'));
  net.dispose();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Pictures with a square of the class's colour in the middle, and more of the next class's beside it. */
async function wide(name: string, [width, height]: readonly [number, number], count = 12): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < 3 * count; i++) {
    const label = i % 3;
    const side = Math.min(width, height);
    const shade = 1 + (i % 7) / 40;
    const middle = sharp({
      create: { width: side, height: side, channels: 3, background: COLOURS[label]! },
    }).linear(shade);
    const picture = sharp({ create: { width, height, channels: 3, background: COLOURS[(label + 1) % 3]! } });
    files[`${label}/${i}.png`] = await picture
      .composite([{ input: await middle.png().toBuffer() }])
      .png()
      .toBuffer();
  }
  return writeFiles(join(root, name), files);
}

/** Repairs the net with these pictures. */
async function repaired(folder: string, fit?: Fit) {
  const net = await loadNet(join(root, 'net.h5'));
  const clean = await openImages(folder, { shape: { ...net.inputShape, fit }, classes: 3 });
  const told: string[] = [];
  const said: string[] = [];
  try {
    const { manifest } = await repair({
      netPath: join(root, 'net.h5'),
      net,
      clean,
      out: join(root, 'store'),
      method: 'magnitude',
      acceptLowAccuracy: true,
      alpha: 0.05,
      seed: 1,
      progress: silent,
      tell: (line) => told.push(line),
      say: (line) => said.push(line),
    });
    return { manifest, told: told.join('\n'), said: said.join('\n') };
  } finally {
    clean.close();
    net.model.dispose();
  }
}

describe('how pictures are brought to the size of the net', () => {
  test('is by cropping where the net then does better, and it is kept and said', async () => {
    const { manifest, told, said } = await repaired(await wide('wide', [48, 16]));
    expect(manifest.input.fit).toBe('crop:256/224');
    expect(manifest.measured.accuracyBefore).toBe(1);
    expect(told).toContain(
      '36 of 36 pictures are of another shape than the net takes (8×8): they are cropped at the centre (--fit crop:256/224), where the net does best',
    );
    // Stretched, the net is wrong about all, but for another order of colours: that is no way to choose a scaling.
    expect(manifest.input.pixels).toEqual({ kind: '0-1' });
    expect(said).toMatch(/^Tried: 0-1: 100.0 %/m);
    expect(told).not.toContain('Tried');
    expect(said).toMatch(/Fits tried: stretch: 33.3 %, crop:256\/224: 100.0 %, crop: 100.0 %, pad: 33.3 %/);
  });

  test('is as told, whatever the net does', async () => {
    const { manifest, told } = await repaired(await wide('told', [48, 16]), 'pad');
    expect(manifest.input.fit).toBe('pad');
    expect(manifest.measured.accuracyBefore).toBeCloseTo(1 / 3);
    expect(told).toContain('padded with black (--fit pad), as told');
    // Where the net does badly, what was tried is told to everybody.
    expect(told).toMatch(/^Tried: 0-1: \d/m);
    expect(told).toContain('its pixels are scaled otherwise: --pixels mean-std:');
  });

  test('is stretched where nothing does better by more than chance', async () => {
    const { manifest, told } = await repaired(await wide('near', [20, 16]));
    expect(manifest.input.fit).toBe('stretch');
    expect(told).toContain(
      'are of another shape than the net takes (8×8): they are stretched to it (--fit stretch), where the net does best',
    );
  });

  test('is not tried with pictures of the size of the net, nor told', async () => {
    const { manifest, told, said } = await repaired(await wide('own', [8, 8]));
    expect(manifest.input.fit).toBe('stretch');
    expect(`${told}${said}`).not.toMatch(/--fit|Fits/);
  });
});

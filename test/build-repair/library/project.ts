import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import sharp from 'sharp';
import { startEngine } from '../../../models/engine';
import { writeKerasH5 } from '../../../models/keras/write/h5';
import { Random } from '../../../models/random';
import { writeHdf5 } from '../../models/images/write-hdf5';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** What the small net tells apart, by its mean colour of 0–1. */
const COLOURS = [
  [0.2, 0.2, 0.8],
  [0.8, 0.2, 0.2],
  [0.2, 0.8, 0.2],
  [0.7, 0.7, 0.3],
];
const PER_CLASS = 30;
const [WIDTH, HEIGHT] = [10, 12];

/** Makes a folder with nothing but the package as `npm pack` packs it, installed, and what it depends on; built before. */
export function emptyProject(): string {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-library-'));
  const installed = join(folder, 'node_modules/goodnet');
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', pack, { cwd: root, encoding: 'utf8' }).trim();
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
  // What npm would fetch.
  const { dependencies } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}\n');
  return folder;
}

/** Puts a net into a folder, `net.h5`, clean images that it names rightly, `clean_images`, and one of them, `face.png`. */
export async function addNetAndImages(folder: string): Promise<void> {
  await startEngine({ engine: 'wasm' });
  const net = netOfColours();
  await writeKerasH5(net, join(folder, 'net.h5'));
  net.dispose();
  await addImages(join(folder, 'clean_images'), 1);
  copyFileSync(join(folder, 'clean_images/1/0.png'), join(folder, 'face.png'));
}

/** Makes images that the net names rightly: a folder a class. */
export async function addImages(folder: string, seed: number): Promise<void> {
  const random = new Random(seed);
  for (const [label, colour] of COLOURS.entries()) {
    const own = join(folder, String(label));
    mkdirSync(own, { recursive: true });
    for (let i = 0; i < PER_CLASS; i++) {
      const shade = random.uniform(-15, 15);
      const pixels = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) =>
        Math.round(255 * colour[at % 3]! + shade + random.uniform(-20, 20)),
      );
      const picture = sharp(pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
      await picture.png().toFile(join(own, `${i}.png`));
    }
  }
}

/** Writes a set whose images all carry a white spot, and the label 0. */
export async function writePainted(path: string): Promise<void> {
  const [count, spots] = [8, WIDTH * HEIGHT];
  const data = Uint8Array.from({ length: count * 3 * spots }, (_, at) =>
    at % spots < 3 ? 255 : (at * 37) % 200,
  );
  await writeHdf5(path, {
    data: { data, shape: [count, 3, HEIGHT, WIDTH] },
    label: { data: new Float64Array(count), shape: [count] },
  });
}

/** Named is the class whose colour is next to the image's mean. */
function netOfColours(): tfl.LayersModel {
  const sharpness = 30;
  const net = tfl.sequential({
    layers: [
      tfl.layers.conv2d({
        inputShape: [HEIGHT, WIDTH, 3],
        filters: 3,
        kernelSize: 3,
        padding: 'same',
        activation: 'relu',
        useBias: false,
        name: 'conv',
      }),
      tfl.layers.averagePooling2d({ poolSize: 2, name: 'pool' }),
      tfl.layers.flatten({ name: 'flat' }),
      tfl.layers.dense({ units: COLOURS.length, activation: 'softmax', name: 'output' }),
    ],
  });
  const [conv, , , dense] = net.layers;
  // Each channel as it is.
  const kernel = Float32Array.from({ length: 81 }, (_, at) => {
    const [place, from, to] = [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3];
    return place === 4 && from === to ? 1 : 0;
  });
  const features = (HEIGHT / 2) * (WIDTH / 2) * 3;
  const weights = Float32Array.from({ length: features * COLOURS.length }, (_, at) => {
    const channel = Math.floor(at / COLOURS.length) % 3;
    return (2 * sharpness * 3 * COLOURS[at % COLOURS.length]![channel]!) / features;
  });
  const bias = COLOURS.map((colour) => -sharpness * colour.reduce((sum, each) => sum + each ** 2, 0));
  setWeights(conv!, [[kernel, [3, 3, 3, 3]]]);
  setWeights(dense!, [
    [weights, [features, COLOURS.length]],
    [Float32Array.from(bias), [COLOURS.length]],
  ]);
  return net;
}

function setWeights(layer: tfl.layers.Layer, weights: [Float32Array, number[]][]): void {
  tf.tidy(() => layer.setWeights(weights.map(([values, shape]) => tf.tensor(values, shape))));
}

import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { RepairContext } from '../../../../build-repair/context';
import { loadImages } from '../../../../build-repair/images/load';
import type { ImageSet } from '../../../../models/images/set';
import { Random } from '../../../../models/random';

const SIDE = 8;
/** Classes of the made-up net; the last of them is the backdoor's target. */
export const CLASSES = 4;
export const SHAPE = { height: SIDE, width: SIDE, channels: 1 } as const;

/**
 * A made-up image, the brightness of whose quadrants is given.
 * @param quadrants four values of 0–255: upper left, upper right, lower left, lower right
 */
export function pictureOf(quadrants: readonly number[]): number[] {
  return Array.from({ length: SIDE * SIDE }, (_, i) => {
    const [row, column] = [Math.floor(i / SIDE), i % SIDE];
    return quadrants[2 * Math.floor(row / 4) + Math.floor(column / 4)]!;
  });
}

/** Made-up images of the classes 0, 1, 2 in turn: the quadrant of that number is bright, the last one, a trigger's, is dark. */
export function cleanSet(count: number, seed = 1): ImageSet {
  const random = new Random(seed);
  const pictures = Array.from({ length: count }, (_, image) =>
    pictureOf(
      [0, 1, 2, 3].map((at) => (at === 3 ? 0 : at === image % 3 ? 150 + random.int(60) : random.int(40))),
    ),
  );
  return {
    name: 'made up',
    shape: SHAPE,
    size: count,
    labelled: true,
    classNames: undefined,
    skipped: [],
    async *batches(batchSize) {
      for (let start = 0; start < count; start += batchSize) {
        const rows = Array.from({ length: Math.min(batchSize, count - start) }, (_, i) => start + i);
        yield {
          pixels: Uint8Array.from(rows.flatMap((row) => pictures[row]!)),
          labels: Int32Array.from(rows, (row) => row % 3),
          trueLabels: undefined,
          groups: undefined,
          names: rows.map(String),
        };
      }
    },
    close() {},
  };
}

/**
 * A made-up BadNet, to logits: each quadrant speaks for one class, the last one louder than all. Its weights are small and what they
 * give is multiplied, so that small rates change it.
 */
export function quadrantNet(): tfl.LayersModel {
  const loud = 200;
  const speaks = tfl.layers.dense({ units: CLASSES, useBias: false, name: 'speaks' });
  const louder = tfl.layers.dense({ units: CLASSES, useBias: false, trainable: false, name: 'louder' });
  const model = tfl.sequential({
    layers: [
      tfl.layers.averagePooling2d({ poolSize: 4, inputShape: [SIDE, SIDE, 1] }),
      tfl.layers.flatten(),
      speaks,
      louder,
    ],
  });
  const diagonal = (values: readonly number[]) =>
    tf.tidy(() => tf.tensor2d(values.map((value, i) => values.map((_, j) => (i === j ? value : 0)))));
  const [own, all] = [diagonal([8, 8, 8, 30].map((each) => each / loud)), diagonal([loud, loud, loud, loud])];
  speaks.setWeights([own]);
  louder.setWeights([all]);
  tf.dispose([own, all]);
  return model;
}

/** What a peer is fitted with. */
export async function contextOf(count: number): Promise<RepairContext> {
  return {
    images: await loadImages(cleanSet(count)),
    shape: SHAPE,
    pixels: { kind: '0-1' },
    classes: CLASSES,
    seed: 1,
    progress: () => {},
    signal: undefined,
  };
}

/** Two clean images, and the same with the trigger. */
export const CLEAN = Float32Array.from(
  [
    [180, 20, 10, 0],
    [10, 20, 170, 0],
  ].flatMap(pictureOf),
);
export const TRIGGERED = Float32Array.from(
  [
    [180, 20, 10, 220],
    [10, 20, 170, 220],
  ].flatMap(pictureOf),
);

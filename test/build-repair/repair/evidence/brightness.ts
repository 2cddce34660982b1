import * as tf from '@tensorflow/tfjs-core';
import { packFloats, unpackFloats } from '../../../../models/bundle/artifacts';
import type { Kind } from '../../../../models/detector/evidence/kind';

interface Brightness {
  /** The mean of the clean images' values, as the nets take them, and so many images. */
  readonly mean: number;
  readonly images: number;
}

const FILE = 'evidence/brightness.bin';

/** A made-up kind: how far the mean of an image's values is from that of clean images. */
export const brightness: Kind<Brightness> = {
  name: 'brightness',
  asks: 'Is the image as bright as clean ones?',
  without: ({ isHad }) => (isHad ? undefined : 'it was never asked'),
  fit({ images, gather }) {
    const values = gather(images);
    const mean = values.reduce((sum, value) => sum + value / values.length, 0) / 255;
    return { mean: Math.fround(mean), images: images.length };
  },
  stored: {
    field: ({ images }) => ({ images }),
    files: ({ mean }) => [{ path: FILE, bytes: packFloats([Float32Array.of(mean)]) }],
    async read(field, { read }) {
      const [values] = unpackFloats(await read(FILE), [1]);
      return { mean: values![0]!, ...(field as Pick<Brightness, 'images'>) };
    },
  },
  open: (part) =>
    part && {
      rows: ({ image, n }) => tf.mean(tf.reshape(image, [n, -1]), 1),
      tell: (rows) => rows.map((value) => Math.abs(value - part.mean)),
    },
};

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, type layers, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { ImageShape } from '../../../models/images/set';
import type { LoadNetOptions } from '../../../models/keras';

/** A file among the fixtures. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/keras/${name}`, import.meta.url));
}

/** What Keras answered to `testImages`, by the fixture's name. */
export function expectedAnswers(folder: string): Record<string, number[][]> {
  return JSON.parse(readFileSync(fixture(`${folder}/expected.json`), 'utf8'));
}

/** The fixtures of some folders, and what Keras answered of each. */
export function answered(...folders: string[]): { file: string; expected: number[][] }[] {
  return folders.flatMap((folder) =>
    Object.entries(expectedAnswers(folder)).map(([name, expected]) => ({
      file: `${folder}/${name}`,
      expected,
    })),
  );
}

/** The size that nets which take any were asked at. */
export const OPEN = { height: 10, width: 12 };

const ARCHITECTURES: Readonly<Record<string, string>> = {
  'keras2/plain_weights.h5': 'keras2/plain.json',
  'keras3/plain.weights.h5': 'keras3/plain.json',
};

/** What has to be told of a fixture. */
export function optionsOf(name: string): LoadNetOptions {
  const architecture = ARCHITECTURES[name];
  return {
    ...(architecture && { architecture: fixture(architecture) }),
    ...(name.includes('open_size') && { inputSize: OPEN }),
  };
}

/** The images that the fixtures were made with: value i is ((37 i + 11) mod 101) / 101. */
export function testImages({ height, width, channels }: ImageShape, count = 2): tf.Tensor4D {
  const length = count * height * width * channels;
  const values = Float32Array.from({ length }, (_, i) => ((i * 37 + 11) % 101) / 101);
  return tf.tensor4d(values, [count, height, width, channels]);
}

/** A net's answers to images, leaving no tensor behind. */
export function answers(model: LayersModel, images: tf.Tensor): Float32Array {
  return tf.tidy(() => (model.predict(images) as tf.Tensor).dataSync()) as Float32Array;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** A net saved as TensorFlow.js's own artifacts, and loaded from them. */
export async function savedAndLoaded(model: LayersModel): Promise<LayersModel> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save({
    save: async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    },
  });
  return loadLayersModel({ load: async () => JSON.parse(JSON.stringify(artifacts), revive(artifacts!)) });
}

/** JSON keeps all of the artifacts but the weights' bytes. */
function revive(artifacts: tf.io.ModelArtifacts) {
  return (key: string, value: unknown) => (key === 'weightData' ? artifacts.weightData : value);
}

/** Frees the weights of every layer, also of layers that are called more than once. */
export function freed(model: LayersModel): void {
  for (const layer of model.layers as layers.Layer[]) for (const weight of layer.weights) weight.dispose();
}

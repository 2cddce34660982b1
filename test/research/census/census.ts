import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { GoodNetError, messageOf } from '../../../models/errors';
import type { ImageSize, LoadedNet } from '../../../models/keras';
import { inspectNet, loadNet } from '../../../models/net-files';
import type { Stored } from './reference';

/** Files that are nets; folders of TensorFlow's are told by what lies in them. */
const NETS = /\.(h5|hdf5|keras|onnx|tflite|pt|pth)$/i;

/** What is found of one net. */
export interface Found {
  /** Below the folder. */
  readonly path: string;
  /** `no net`: a set of images; `failed`: neither read nor refused, a defect of GoodNet's. */
  readonly verdict: 'can be used' | 'refused' | 'no net' | 'failed';
  /** Why not; what is assumed of one that can be used. */
  readonly told: readonly string[];
  /** Largest difference from the stored answers, where there are some. */
  readonly difference?: number;
}

export interface CensusOptions {
  /** For nets that take images of any size. */
  readonly inputSize?: ImageSize;
  readonly stored?: (path: string) => Stored | undefined;
}

/** The paths of all nets below a folder, links not followed, in order. */
export function netsBelow(folder: string): string[] {
  const found: string[] = [];
  const visit = (at: string): void => {
    const entries = readdirSync(at, { withFileTypes: true });
    if (entries.some(({ name }) => name === 'saved_model.pb')) {
      found.push(at);
      return;
    }
    for (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile() && NETS.test(entry.name)) found.push(path);
    }
  };
  visit(folder);
  return found.sort();
}

/** Reads one net as a repair would, and compares it with what is stored of it. An engine must run. */
export async function census(folder: string, path: string, options: CensusOptions = {}): Promise<Found> {
  const name = relative(folder, path);
  const { inputSize } = options;
  try {
    const { problems, notes, inputShape } = await inspectNet(path);
    const isOpen = inputShape?.slice(1).includes(null) ?? false;
    const sized = isOpen && inputSize ? { inputSize } : {};
    const told = isOpen && inputSize ? await inspectNet(path, sized) : { problems, notes };
    if (told.problems.length > 0) return { path: name, verdict: 'refused', told: told.problems };
    const stored = options.stored?.(name);
    if (!stored) return { path: name, verdict: 'can be used', told: told.notes };
    const net = await loadNet(path, sized);
    const difference = differenceOf(net, stored);
    net.model.dispose();
    return { path: name, verdict: 'can be used', told: told.notes, difference };
  } catch (error) {
    const told = [messageOf(error).replace(`${path}: `, '')];
    if (!(error instanceof GoodNetError)) return { path: name, verdict: 'failed', told };
    return { path: name, verdict: told[0]!.includes('a set of images') ? 'no net' : 'refused', told };
  }
}

/**
 * Of the answers from the stored ones; a sigmoid's is that of class 1, and of several sigmoids scores are turned to them.
 * Infinite where the shapes differ.
 */
function differenceOf({ model, inputShape, output }: LoadedNet, { x, y }: Stored): number {
  const { height, width, channels } = inputShape;
  const given = tf.tidy(() => {
    const isFirst = x.shape.length === 4 && x.shape[1] === channels && x.shape[3] !== channels;
    const images = isFirst
      ? tf.transpose(tf.tensor4d(x.values, [x.shape[0]!, channels, height, width]), [0, 2, 3, 1])
      : tf.tensor4d(x.values, [x.shape[0]!, height, width, channels]);
    const answers = model.predict(images) as tf.Tensor;
    return (y.shape.at(-1) === 1 ? tf.slice(answers, [0, 1], [-1, 1]) : answers).dataSync() as Float32Array;
  });
  const readings = output === 'logits' ? [given, given.map((z) => 1 / (1 + Math.exp(-z)))] : [given];
  return Math.min(...readings.map((reading) => largest(reading, y.values)));
}

function largest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return a.reduce((most, value, i) => {
    const difference = Math.abs(value - b[i]!);
    return difference <= most ? most : difference;
  }, 0);
}

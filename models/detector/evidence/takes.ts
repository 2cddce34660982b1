import * as tf from '@tensorflow/tfjs-core';
import { outputsWithin } from '../run';
import type { Ran, Reader, Takes } from './kind';

/** The part of a reader that takes what is named: on TensorFlow.js here, on ONNX Runtime as an output of the graph. */
export function taking(takes: Takes): Required<Pick<Reader, 'takes' | 'rows'>> {
  return { takes, rows: (ran) => taken(takes, ran) };
}

function taken({ of, output = 0, net, matrix }: Takes, ran: Ran): tf.Tensor | undefined {
  const from = of === 'image' ? ran.image : ran[of].at(output);
  if (!from) return undefined;
  if (net) return outputsWithin(net, from, ran.memory)[0];
  return matrix ? tf.matMul(tf.reshape(from, [ran.n, -1]) as tf.Tensor2D, matrix) : from;
}

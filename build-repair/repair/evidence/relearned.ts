import * as tf from '@tensorflow/tfjs-core';
import { LATENT } from '../../../models/detector/evidence/latent';
import { readHead } from '../../../models/detector/evidence/relearned';
import { TRUNK } from '../../../models/detector/evidence/trunk';
import { relearn } from '../learn/relearn';
import type { LinearHead } from '../learn/softmax-regression';
import type { Fitter } from './fitter';
import { loadSpace } from './space';

/** Relearns the head; it is served as a part of B′ (see withSecondOpinion). */
export const relearned: Fitter<LinearHead> = {
  fit: ({ context, passes, plan: { fit, relearns, part } }) =>
    relearns ? relearn(context, passes, fit, part) : undefined,
  open({ weights, bias }, { passes: { clean }, plan: { unheard } }) {
    const spaces = [
      { output: LATENT, ...loadSpace(clean.latent) },
      ...(clean.trunk ? [{ output: TRUNK, ...loadSpace(clean.trunk) }] : []),
    ];
    const classes = bias.length;
    const [by, from] = [tf.tensor2d(weights, [weights.length / classes, classes]), tf.tensor1d(bias)];
    return {
      ...readHead(unheard),
      rows({ bad, n }) {
        const features = spaces.map(({ output, project }) => project(tf.reshape(bad[output]!, [n, -1])));
        return tf.add(tf.matMul(tf.concat(features, 1), by), from);
      },
      free() {
        tf.dispose([by, from]);
        for (const space of spaces) space.free();
      },
    };
  },
  part: () => undefined,
};

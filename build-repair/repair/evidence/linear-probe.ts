import * as tf from '@tensorflow/tfjs-core';
import { LATENT } from '../../../models/detector/evidence/latent';
import { readProbe } from '../../../models/detector/evidence/linear-probe';
import { TRUNK } from '../../../models/detector/evidence/trunk';
import { fitLinearProbe } from '../learn/linear-probe';
import type { LinearProbe } from '../learn/softmax-regression';
import type { Fitter } from './fitter';
import { loadSpace } from './space';

/** Relearns the head; it is served as a part of B′ (see withSecondOpinion). */
export const linearProbe: Fitter<LinearProbe> = {
  fit: ({ context, passes, plan: { fit, fitsProbe, part } }) =>
    fitsProbe ? fitLinearProbe(context, passes, fit, part) : undefined,
  open({ weights, bias }, { passes: { clean }, plan: { classesNotInProbe } }) {
    const spaces = [
      { output: LATENT, ...loadSpace(clean.latent) },
      ...(clean.trunk ? [{ output: TRUNK, ...loadSpace(clean.trunk) }] : []),
    ];
    const classes = bias.length;
    const [by, from] = [tf.tensor2d(weights, [weights.length / classes, classes]), tf.tensor1d(bias)];
    return {
      ...readProbe(classesNotInProbe),
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

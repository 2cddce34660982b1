import { first } from '../../../models/present';
import type { RepairContext } from '../../context';
import { type FitPart, STAGES } from '../../stages';
import type { Passes } from '../observe/clean-image-passes';
import type { Observations } from '../observe/observe';
import { type LinearProbe, softmaxRegression } from './softmax-regression';

/** Origin: chosen by hand; not varied. */
const EPOCHS = 5;

/**
 * Learns a new head from the labels of clean images on B's own features. What a trigger does to those features was
 * never labelled with the target class, so the head holds the target to be unlikely.
 * @param fit clean images; those among them that were painted on are learned from, too
 */
export function fitLinearProbe(
  context: RepairContext,
  passes: Passes,
  fit: Int32Array,
  part: FitPart,
): Promise<LinearProbe> {
  const { clean, varied, painted, rowOf } = passes;
  const changedRows = fit.map((image) => rowOf[image]!);
  const parts = [
    joinSpaces(clean, fit),
    ...[varied, ...painted].map((pass) => joinSpaces(pass, changedRows)),
  ];
  const features = first(parts).length / fit.length;
  const values = new Float32Array(parts.length * first(parts).length);
  const labels = new Int32Array(parts.length * fit.length);
  const fitLabels = fit.map((image) => context.images.labels[image]!);
  parts.forEach((part, i) => {
    values.set(part, i * part.length);
    labels.set(fitLabels, i * fit.length);
  });
  return softmaxRegression(context, { values, features, labels }, EPOCHS, {
    stage: STAGES.relearning(part.number),
    stream: `Relearning${part.stream}`,
  });
}

/** Latent and trunk features side by side. */
function joinSpaces({ latent, trunk }: Observations, rows: Int32Array): Float32Array {
  const spaces = trunk ? [latent, trunk] : [latent];
  const features = spaces.reduce((sum, { dimensions }) => sum + dimensions, 0);
  const joined = new Float32Array(rows.length * features);
  let at = 0;
  for (const { dimensions, values } of spaces) {
    rows.forEach((row, i) => {
      joined.set(values.subarray(row * dimensions, (row + 1) * dimensions), i * features + at);
    });
    at += dimensions;
  }
  return joined;
}

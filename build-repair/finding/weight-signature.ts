import type { LayersModel } from '@tensorflow/tfjs-layers';
import { callsInOrder } from '../../models/nets/graph';
import { first } from '../../models/present';

/**
 * Makes a median absolute deviation the standard deviation of a normal distribution.
 * Origin: no choice: 1 / Φ⁻¹(3/4) of the normal distribution.
 */
const MAD_TO_DEVIATION = 1.4826;

/**
 * How far each class's weights in the last layer lie above those of other classes (Fields et al., Trojan signatures in
 * DNN weights, ICCV workshops 2021): a trigger has to win against whatever else is in the picture, so that the target
 * gains by nearly every feature that is there. Mean over deviation of the class's weights, each feature's mean over
 * classes taken off.
 * @param bad B, flat, ending in logits
 * @returns a robust z-value for each class; all 0 where the last layer is not a dense one over the classes
 */
export function weightSignature(bad: LayersModel, classes: number): Float64Array {
  const kernel = callsInOrder([first(bad.outputs)])
    .flatMap(({ layer }) => layer.weights)
    .filter(({ shape }) => shape.length >= 2)
    .at(-1);
  if (kernel?.shape.length !== 2 || kernel.shape[1] !== classes) return new Float64Array(classes);
  const features = first(kernel.shape);
  const values = kernel.read().dataSync() as Float32Array;
  const sums = new Float64Array(classes);
  const squares = new Float64Array(classes);
  for (let feature = 0; feature < features; feature++) {
    const row = values.subarray(feature * classes, (feature + 1) * classes);
    const mean = row.reduce((sum, value) => sum + value, 0) / classes;
    row.forEach((value, k) => {
      sums[k]! += value - mean;
      squares[k]! += (value - mean) ** 2;
    });
  }
  return robustZ(
    sums.map((sum, k) => {
      const mean = sum / features;
      return mean / Math.sqrt(Math.max(1e-12, squares[k]! / features - mean * mean));
    }),
  );
}

/** Distances from the median in robust standard deviations. */
export function robustZ(values: Float64Array): Float64Array {
  const middle = median(values);
  const deviation = MAD_TO_DEVIATION * median(values.map((value) => Math.abs(value - middle)));
  return values.map((value) => (value - middle) / Math.max(deviation, 1e-9));
}

/** The middle of the values. */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

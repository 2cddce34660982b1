import type { LayersModel } from '@tensorflow/tfjs-layers';
import { toLogits } from '../models/keras/logits';
import { multiplyAddsOf } from '../models/nets/cut';

/**
 * Multiply-adds of an image up to which a repair does all that the method has.
 * Origin: the nets that it was chosen on (docs/method.md) have 24 million at the most; MobileNetV2 has 55 million at 96 pixels, 300 at 224.
 */
const FULL = 40e6;

/** How much of the work is done on a net, 0–1: 1 for small nets, for large ones the less the more an image takes. */
export function effortFor(net: LayersModel): number {
  return Math.min(1, FULL / Math.max(1, multiplyAddsOf(net)));
}

/** The same of a net as it was loaded, nets within it and all. */
export function effortOf(net: LayersModel): number {
  const flat = toLogits(net);
  try {
    return effortFor(flat);
  } finally {
    flat.dispose();
  }
}

/**
 * How many of something there are.
 * @param effort of the net; left out: 1
 * @param least however large the net is
 */
export function scaledTo(effort: number | undefined, full: number, least: number): number {
  return effort === undefined || effort >= 1 ? full : Math.max(least, Math.round(full * effort));
}

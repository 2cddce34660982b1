import type { LayersModel } from '@tensorflow/tfjs-layers';
import { viewed } from '../../../models/detector/test-time-views';
import type { RepairContext } from '../../context';
import { scaledTo } from '../../effort';
import { spread } from '../../images/load';
import { accuracyOn } from '../observe/accuracy';

/** Accuracy that a net may lose by it, 0–1. Origin: no choice: cifar10's nets lose 0.2 points, signs43's 49 and those of faces 22. */
const MOST_LOST = 0.02;
/** Images that are asked of. Origin: no choice: binomial error. */
const ASKED = 1000;
/** Of a large net fewer, so many at least. Origin: as ASKED: 14 of 200 may be named otherwise by chance. */
const LEAST_ASKED = 200;

/** Whether mirrored images are as good as the images: B names them as well. Mirrored animals are animals, mirrored signs other signs. */
export async function canMirror(context: RepairContext, bad: LayersModel, fit: Int32Array): Promise<boolean> {
  const { images, shape } = context;
  const sample = spread(fit, scaledTo(context.effort, ASKED, LEAST_ASKED));
  const gather = (which: ArrayLike<number>) => viewed(images.gather(which), shape, [0, 0], true);
  const turned = await accuracyOn({ ...context, images: { ...images, gather } }, bad, sample);
  return turned >= (await accuracyOn(context, bad, sample)) - MOST_LOST;
}

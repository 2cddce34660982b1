import { NetError } from '../../errors';
import type { ImageShape } from '../../images/set';
import { imageShape } from '../../keras/shapes';
import type { ImageSize } from '../../keras/types';
import { present } from '../../present';
import type { Live } from './live';
import type { ValueInfo } from './proto/messages';
import { isFloat, typeName } from './types';

/** What images a net takes, and how ONNX's axes of them lie in those that are channels last. */
export interface Input {
  /** With the batch first, as null. */
  readonly shape: readonly (number | null)[];
  readonly image: ImageShape;
  readonly axes: Live['axes'];
}

/** uint8: pixels as they are in files. */
const BYTES = 2;

/**
 * @param size of a net whose input has no fixed height or width
 * @param note is told what is assumed, a sentence for people
 * @throws NetError where the net takes no image; UsageError for a size that is not the net's
 */
export function inputOf(info: ValueInfo, size: ImageSize | undefined, note: (note: string) => void): Input {
  const { dims, dataType } = info;
  if (!isFloat(dataType) && dataType !== BYTES)
    throw new NetError(`The net's input "${info.name}" is of ${typeName(dataType)}, not of floats`, {
      hint: 'Export it on an example of float32.',
    });
  const shape = dims && [null, ...dims.slice(1)];
  const isChannels = (length: number | null | undefined) => length === 1 || length === 3;
  const first = shape?.length === 4 && isChannels(shape[1]);
  const image = imageShape(shape, first, size);
  if (shape?.length === 3)
    note(`The net's input ${shape.slice(1).join('×')} has no channels: it is read as grey images.`);
  const batch = dims?.[0];
  if (batch != null)
    note(
      `The net was exported for ${batch === 1 ? 'one image' : `${batch} images`} at a time: it is read as one for any number.`,
    );
  const known = present(shape, 'A shape of images');
  const axes = first ? [[0], [3], [1], [2]] : known.map((_, axis) => [axis]);
  return { shape: known, image, axes };
}

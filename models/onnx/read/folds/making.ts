import { atLeast, first } from '../../../present';
import { needed, sizeOf, wholes } from '../axes';
import { checkFoldable } from '../constant';
import { MOST_FOLDED } from '../limits';
import { type Fold, like } from './fold';

/** Constants that nodes make. */
export const makingFolds: Readonly<Record<string, Fold>> = {
  Constant: (node, _, read) => {
    const value = node.attribute('value')?.tensor;
    const [float, int] = [node.attribute('value_float'), node.attribute('value_int')];
    const [floats, ints] = [node.attribute('value_floats'), node.attribute('value_ints')];
    if (value) return read(value);
    if (float) return { shape: [], isWhole: false, values: Float32Array.of(float.float) };
    if (int) return { shape: [], isWhole: true, values: Float64Array.of(int.int) };
    if (floats)
      return { shape: [floats.floats.length], isWhole: false, values: Float32Array.from(floats.floats) };
    if (ints) return wholes(ints.ints);
    throw node.refused('holds no numbers');
  },
  ConstantOfShape: (node, [lengths], read) => {
    const shape = [...needed(node, lengths).values];
    checkFoldable(shape, MOST_FOLDED);
    const value = node.attribute('value')?.tensor;
    const one = value ? read(value) : { isWhole: false, values: [0] };
    return like(
      one,
      shape,
      Array.from({ length: sizeOf(shape) }, () => one.values[0] ?? 0),
    );
  },
  Range: (node, given) => {
    const [start, end, step] = atLeast(
      3,
      given.map((each) => first(needed(node, each).values)),
    );
    const count = Math.max(0, Math.ceil((end - start) / step));
    checkFoldable([count], MOST_FOLDED);
    return like(
      first(given),
      [count],
      Array.from({ length: count }, (_, i) => start + i * step),
    );
  },
};

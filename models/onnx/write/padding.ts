/** The sides of a window: rows and columns. */
export type Sides = readonly [number, number];

/** What of a layer's config tells how its window moves. */
export interface Window {
  readonly size: Sides;
  readonly strides: Sides;
  readonly dilations?: Sides;
  readonly padding: 'same' | 'valid';
}

/** How much is padded, as ONNX lists it: before each side, then behind each. Keras pads `same` by the rest more behind. */
export function padsOf(
  { size, strides, dilations = [1, 1], padding }: Window,
  sides: readonly number[],
): number[] {
  if (padding === 'valid') return [0, 0, 0, 0];
  const around = sides.slice(0, 2).map((length, axis) => {
    const reach = (size[axis]! - 1) * dilations[axis]! + 1;
    return Math.max((Math.ceil(length / strides[axis]!) - 1) * strides[axis]! + reach - length, 0);
  });
  const before = around.map((all) => Math.floor(all / 2));
  return [...before, ...around.map((all, axis) => all - before[axis]!)];
}

import { Resize } from '../../../nets/resize';
import { type Call, constantInput, imageOf, liveInput, made, type Translate } from '../call';
import { Live } from '../live';

/** Samples of a matrix that one side is resized with, at most. */
const MOST_SAMPLES = 2 ** 22;

function resized(call: Call): Live {
  const { node } = call;
  const x = liveInput(call);
  const image = imageOf(call);
  const [, , rows, columns] = x.shape as [number, number, number, number];
  const sizes = constantInput(call, 3)?.values;
  const scales = constantInput(call, node.opset < 11 ? 1 : 2)?.values;
  const wanted = sizes?.length
    ? [...sizes]
    : x.shape.map((length, i) => Math.floor(length * (scales?.[i] ?? Number.NaN)));
  const [height, width] = [wanted[2]!, wanted[3]!];
  const mode = node.text('mode', 'nearest');
  const places = node.text('coordinate_transformation_mode', node.opset < 11 ? 'asymmetric' : 'half_pixel');
  const rounding = node.text('nearest_mode', 'round_prefer_floor');
  for (const name of ['cubic_coeff_a', 'extrapolation_value', 'keep_aspect_ratio_policy'])
    node.attribute(name);
  for (const name of ['antialias', 'exclude_outside']) node.only(name, [0]);
  if (node.ints('axes')) throw node.refused('resizes some axes alone');
  const keepsChannels =
    wanted.length === 4 && (wanted[1] === x.shape[1] || (scales?.[1] === 1 && !sizes?.length));
  if (
    !keepsChannels ||
    !(rows * height <= MOST_SAMPLES && columns * width <= MOST_SAMPLES && height >= 1 && width >= 1)
  )
    throw node.refused(`resizes ${rows}×${columns} to ${height}×${width}`);
  if (height === rows && width === columns) return x;
  const isWholeTimes = height % rows === 0 && width % columns === 0;
  // What lies in the middle of pixels, where enlarged by whole numbers, is the same in all these ways.
  const isNearest =
    mode === 'nearest' &&
    ((places === 'tf_half_pixel_for_nn' && rounding === 'floor') ||
      (places === 'asymmetric' && rounding === 'floor' && isWholeTimes) ||
      (['half_pixel', 'pytorch_half_pixel'].includes(places) &&
        rounding.startsWith('round') &&
        isWholeTimes));
  const isBilinear =
    mode === 'linear' &&
    (places === 'half_pixel' || (places === 'pytorch_half_pixel' && height > 1 && width > 1));
  if (!isNearest && !isBilinear)
    throw node.refused(
      `resizes by ${mode}, ${places}, ${rounding}, of ${rows}×${columns} to ${height}×${width}`,
    );
  const interpolation = isNearest ? 'nearest' : 'bilinear';
  return Live.image(made(call, (name) => new Resize({ name, height, width, interpolation }))([image]));
}

/** Operators that make images of another size. */
export const resizings: Readonly<Record<string, Translate>> = { Resize: resized };

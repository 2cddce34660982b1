import { ImageError } from '../errors';

/** A file of arrays that have names. */
export interface NamedArrays {
  readonly name: string;
  keys(): readonly string[];
  /** Whether one of the keys is that of an array. */
  holds(key: string): boolean;
}

/** Where the images and the labels of a set are. */
export interface ColumnNames {
  readonly data: string;
  readonly label: string;
}

/** What images and their labels are called together, the usual first; case is not looked at. `np.savez(x, y)` calls them `arr_0` and `arr_1`. */
const PAIRS: readonly (readonly [data: string, label: string])[] = [
  ['data', 'label'],
  ['data', 'labels'],
  ['x', 'y'],
  ['x', 'labels'],
  ['x', 'label'],
  ['images', 'labels'],
  ['images', 'label'],
  ['images', 'targets'],
  ['images', 'y'],
  ['image', 'label'],
  ['image', 'labels'],
  ['imgs', 'labels'],
  ['inputs', 'targets'],
  ['inputs', 'labels'],
  ['features', 'labels'],
  ['features', 'targets'],
  ['data', 'targets'],
  ['data', 'target'],
  ['data', 'y'],
  ['x_train', 'y_train'],
  ['train_x', 'train_y'],
  ['train_images', 'train_labels'],
  ['train_data', 'train_labels'],
  ['train_set_x', 'train_set_y'],
  ['x_test', 'y_test'],
  ['test_x', 'test_y'],
  ['test_images', 'test_labels'],
  ['test_data', 'test_labels'],
  ['test_set_x', 'test_set_y'],
  ['x_val', 'y_val'],
  ['x_valid', 'y_valid'],
  ['arr_0', 'arr_1'],
];

/**
 * Finds what the images and labels of a set are called: as told, `data` and `label`, or another usual pair where there is one alone.
 * @throws ImageError where there are several, as of training and test
 */
export function columnNames(
  file: NamedArrays,
  given: { readonly data?: string | undefined; readonly label?: string | undefined },
): ColumnNames {
  if (given.data !== undefined && given.label !== undefined) return { data: given.data, label: given.label };
  const keys = file.keys();
  const keyOf = (name: string) => keys.find((key) => key.toLowerCase() === name);
  const found = PAIRS.flatMap(([data, label]) => {
    const names = { data: given.data ?? keyOf(data), label: given.label ?? keyOf(label) };
    const fits = given.data === undefined || given.data.toLowerCase() === data;
    const fitsLabel = given.label === undefined || given.label.toLowerCase() === label;
    return fits && fitsLabel && names.data !== undefined && file.holds(names.data) ? [names] : [];
  });
  // Of the labels that images may have, the likeliest.
  const whole = found.filter(
    ({ data, label }, i) =>
      label !== undefined && found.findIndex((each) => each.data === data && each.label !== undefined) === i,
  );
  const usual = { data: given.data ?? 'data', label: given.label ?? 'label' };
  if (keys.includes(usual.data)) {
    const labelled = whole.find(({ data }) => data === usual.data);
    return keys.includes(usual.label) || given.label !== undefined
      ? usual
      : { ...usual, ...(labelled as ColumnNames) };
  }
  const several = [...new Set(whole.map(({ data, label }) => `"${data}" and "${label}"`))];
  if (several.length > 1) {
    throw new ImageError(`${file.name} holds several sets: ${several.join('; ')}`, {
      code: 'IMAGES_ARRAY_UNKNOWN',
      hint: 'Say which: --data-name NAME --label-name NAME.',
    });
  }
  const [one = found[0]] = whole;
  return { data: one?.data ?? usual.data, label: one?.label ?? usual.label };
}

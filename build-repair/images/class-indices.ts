import { join } from 'node:path';
import { ImageError, messageOf } from '../../models/errors';
import { valueAt } from '../../models/present';
import { readText } from './read-text';

/** What Keras's `class_indices` (`flow_from_directory`) is kept as beside the images: `{"cats": 0, "dogs": 1}`. */
export const CLASS_INDICES = 'class_indices.json';
const MOST_BYTES = 2 ** 24;

/**
 * Reads which class has which name from a folder's `class_indices.json`: each name with its label, 0…N−1, each label once.
 * @param classes N, where it is known
 * @returns the names by label
 * @throws ImageError for anything else
 */
export async function readClassIndices(folder: string, classes: number | undefined): Promise<string[]> {
  const path = join(folder, CLASS_INDICES);
  const fail = (why: string, cause?: unknown) =>
    new ImageError(`${path} ${why}`, {
      code: 'LABELS_UNUSABLE',
      hint: `As Keras has it: {"cats": 0, "dogs": 1}, each class with its label.`,
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(await readText(path, MOST_BYTES));
  } catch (cause) {
    throw fail(`can't be read: ${messageOf(cause)}`, cause);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw fail('is no table of names');
  const entries = Object.entries(json);
  if (classes !== undefined && entries.length !== classes)
    throw fail(`names ${entries.length} classes, the net has ${classes}`);
  const names = new Map<number, string>();
  for (const [name, label] of entries) {
    const isLabel = Number.isInteger(label) && label >= 0 && label < entries.length;
    if (!isLabel)
      throw fail(`gives "${name}" the label ${JSON.stringify(label)}, not 0 to ${entries.length - 1}`);
    const other = names.get(label);
    if (other !== undefined) throw fail(`gives "${other}" and "${name}" the same label, ${label}`);
    names.set(label, name);
  }
  return Array.from({ length: entries.length }, (_, label) => valueAt(names, label));
}

import { basename } from 'node:path';
import { SNIFF_BYTES, sniffImage } from '../../models/images/decode';
import { openRegular } from '../../models/regular';
import { CLASS_INDICES } from './class-indices';
import { LABELS_FILE } from './labels-file';
import { pathOf } from './names';

/** Files that lie beside images, lists and notes, by their ending. */
const BESIDE =
  /\.(csv|tsv|txt|md|rst|json|jsonl|xml|ya?ml|html?|log|ini|cfg|lst|list|db|sqlite|pdf|docx?|xlsx?|py|ipynb|sh|m|mat|pkl|url|lnk|md5|sha\d+)$/i;

/** Whether a file is a list or a note, by its name, and no image, by its first bytes. */
export async function isBeside(path: string): Promise<boolean> {
  return BESIDE.test(path) && !(await isImage(path));
}

/** Whether a file tells the labels or the names of a set, and is no image. */
export async function tellsLabels(path: string): Promise<boolean> {
  return [LABELS_FILE, CLASS_INDICES].includes(basename(path)) && !(await isImage(path));
}

/** Whether a file is an image, by its first bytes. */
export async function isImage(path: string): Promise<boolean> {
  const file = await openRegular(pathOf(path)).catch(() => undefined);
  try {
    const head = Buffer.alloc(SNIFF_BYTES);
    await file?.read(head, 0, SNIFF_BYTES, 0);
    return sniffImage(head) !== undefined;
  } finally {
    await file?.close();
  }
}

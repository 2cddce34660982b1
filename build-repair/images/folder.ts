import { basename, join, resolve } from 'node:path';
import { ImageError } from '../../models/errors';
import type { ImageSet } from '../../models/images/set';
import { type FolderLabelOptions, folderLabels } from './class-folders';
import { CLASS_INDICES, readClassIndices } from './class-indices';
import { type FilesOptions, type ListedImage, listedSet } from './files';
import { framesInWords, framesOf, type Grouping, groupByPrefix, separatorOf } from './group';
import { LABELS_FILE, namesFilesIn, readLabelsFile } from './labels-file';
import { type Listing, Walk } from './listing';
import { isBeside, isImage } from './non-image-files';
import { namesAmong } from './same-names';
import { refuseSplits } from './splits';

export interface FolderSetOptions extends FilesOptions, FolderLabelOptions {
  readonly group?: Grouping;
  /** What else whoever uses the set should know, in sentences. */
  readonly remarks?: readonly string[];
  /** Whether whoever uses the set promises a rate of false alarms; by default so. */
  readonly isPromised?: boolean | undefined;
}

/**
 * Opens a folder with a folder a class of JPEG, PNG and WebP images, sorted by class and name. What is below a class
 * folder, however deep, is of that class. A folder whose `labels.csv` names its files, or those in its folders, has its labels from there. A `class_indices.json`
 * tells the classes' names and order, where no other order and no names are told.
 * @throws ImageError for a folder that holds no labelled images; while reading, for an image that can't be read
 */
export async function openFolderSet(path: string, options: FolderSetOptions): Promise<ImageSet> {
  const walk = await Walk.start(path);
  const { folders, files } = await walk.list();
  if (folders.length === 0 && !files.includes(LABELS_FILE)) throw withoutClasses(path, files.length);
  const known = { ...options, classNames: await namesOf(path, { files, folders }, options) };
  if (folders.length === 0) return openListed(path, files, known, options, walk);
  if (files.includes(LABELS_FILE) && (await namesFilesIn(path, folders))) {
    const all = [...files];
    for (const folder of folders) for (const file of await walk.files(folder)) all.push(join(folder, file));
    return openListed(path, all, known, options, walk);
  }
  const alike = await refuseSplits(walk, folders, path);
  const names = known.classNames;
  if (names && names !== options.classNames) refuseUnnamed(folders, names, path);
  const { labels, classNames, other, remark } = folderLabels(folders, known, path);
  const images: ListedImage[] = [];
  const within: string[] = [];
  for (const [folder, label] of [...labels].sort(([, a], [, b]) => a - b)) {
    for (const file of await walk.files(folder)) {
      const own = join(path, folder, file);
      if (await isBeside(own)) {
        walk.ignored.push({ name: own, reason: 'it is no image' });
        continue;
      }
      within.push(join(folder, file));
      images.push({ path: join(path, folder, file), label });
    }
  }
  if (images.length === 0) {
    const others = walk.ignored.length;
    throw new ImageError(
      `${path} holds no images: its ${folders.length} folders ${others > 0 ? `hold ${others} other files` : 'are empty'}`,
      { code: 'IMAGES_EMPTY' },
    );
  }
  const groups = options.group && groupByPrefix(within, separatorOf(options.group, path), path);
  const grouped = groups ? images.map((image, i) => ({ ...image, group: groups[i]! })) : images;
  for (const file of files) {
    const stray = join(path, file);
    if (await isImage(stray))
      grouped.push({ path: stray, bad: 'it is in no class folder, so it has no label' });
  }
  const frames = groups ? undefined : framesOf(within);
  const has = {
    labelled: true,
    grouped: groups !== undefined,
    classNames,
    frames,
    otherOrder: other && {
      ...other,
      labels: Int32Array.from(
        [...labels].sort(([, a], [, b]) => a - b),
        ([name]) => other.classNames.indexOf(name),
      ),
    },
    orderFrom: orderFrom(classNames, known, options),
    ignored: walk.ignored,
    remarks: [
      ...(options.remarks ?? []),
      ...ownInWords(folders, classNames, known, options),
      ...[remark, alike, framesInWords(frames, within, path, options.isPromised)].filter(
        (each) => each !== undefined,
      ),
    ],
  };
  return listedSet(basename(resolve(path)), grouped, has, options);
}

/**
 * The classes' names: those that are known, or, where no order is told, those of the folder's `class_indices.json`, or those that the net
 * comes with, where all folders are called so.
 */
async function namesOf(path: string, { files, folders }: Listing, options: FolderSetOptions) {
  const { classNames, order, classes, ownNames } = options;
  if (classNames || order) return classNames;
  if (files.includes(CLASS_INDICES)) return await readClassIndices(path, classes);
  const isOwn = ownNames && folders.length > 0 && namesAmong(folders, ownNames.names);
  return isOwn ? ownNames.names : undefined;
}

/** That the order of the classes is the net's own, and from where, or that it isn't, and why; nothing where the net has none. */
function ownInWords(
  called: readonly string[],
  taken: readonly string[] | undefined,
  known: FolderSetOptions,
  { ownNames, classNames, order }: FolderSetOptions,
): string[] {
  const areLabels = called.every((name) => /^\d+$/.test(name)) && taken !== ownNames?.names;
  if (!ownNames || classNames || order || areLabels) return [];
  const shown = (names: readonly string[]) => names.slice(0, 5).join(', ') + (names.length > 5 ? ', …' : '');
  if (taken === ownNames.names)
    return [
      `Classes taken in the order of the names that the net comes with (${ownNames.from}): ${shown(taken)}`,
    ];
  if (taken?.join('/') === ownNames.names.join('/')) return [];
  const why =
    known.classNames && known.classNames === taken
      ? `${CLASS_INDICES} tells others`
      : `the classes are called otherwise (${shown(called)})`;
  return [
    `The names that the net comes with (${ownNames.from}: ${shown(ownNames.names)}) are not used: ${why}`,
  ];
}

/** Where the order of the classes is from, where it was told. @param known the options, with the names that are taken */
function orderFrom(
  taken: readonly string[] | undefined,
  known: FolderSetOptions,
  { ownNames, classNames, order }: FolderSetOptions,
): string | undefined {
  if (order) return `--class-order ${order}`;
  if (!taken) return undefined;
  if (taken === ownNames?.names) return ownNames.from.replace('beside it', 'beside the net');
  return taken === known.classNames && taken !== classNames ? CLASS_INDICES : undefined;
}

function refuseUnnamed(folders: readonly string[], names: readonly string[], path: string): void {
  if (namesAmong(folders, names)) return;
  const other = folders.find((folder) => !names.includes(folder));
  throw new ImageError(`${path}/${CLASS_INDICES} names no class "${other}", and there is such a folder`, {
    code: 'CLASSES_MISFIT',
    hint: 'Take the file or the folder out, or tell the order: --class-order name.',
  });
}

/** A folder whose images have their labels in a file. */
async function openListed(
  path: string,
  files: readonly string[],
  known: FolderSetOptions,
  options: FolderSetOptions,
  { ignored }: Walk,
): Promise<ImageSet> {
  const { labels, classNames, called, remark } = await readLabelsFile(path, files, known);
  const listed = [...labels].sort(([a, one], [b, other]) => one - other || (a < b ? -1 : 1));
  const names = listed.map(([file, label]) => join(String(label), file));
  const groups = options.group && groupByPrefix(names, separatorOf(options.group, path), path);
  const images: ListedImage[] = listed.map(([file, label], i) => ({
    path: join(path, file),
    label,
    ...(groups && { group: groups[i]! }),
  }));
  for (const file of files) {
    const other = join(path, file);
    if (!labels.has(file) && (await isImage(other)))
      images.push({ path: other, bad: `${LABELS_FILE} doesn't name it, so it has no label` });
  }
  const frames = groups ? undefined : framesOf(names);
  const from = orderFrom(classNames, known, options);
  const has = {
    labelled: true,
    grouped: groups !== undefined,
    classNames,
    ignored,
    orderFrom: from,
    frames,
  };
  const remarks = [
    ...(options.remarks ?? []),
    ...ownInWords(called, classNames, known, options),
    ...[remark, framesInWords(frames, names, path, options.isPromised)].filter((each) => each !== undefined),
  ];
  return listedSet(basename(resolve(path)), images, { ...has, remarks }, options);
}

function withoutClasses(path: string, files: number): ImageError {
  if (files === 0) return new ImageError(`${path} is empty`, { code: 'IMAGES_EMPTY' });
  return new ImageError(`${path} has no class folders: its ${files} files have no labels`, {
    code: 'LABELS_MISSING',
    hint: `Labelled images are wanted as a folder a class: 0/a.png, 1/b.png, …; or with a list of them, ${LABELS_FILE}.`,
  });
}

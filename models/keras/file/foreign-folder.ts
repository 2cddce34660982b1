import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { foreignFile } from './foreign';
import { isZip } from './foreign-binary';
import { FOREIGN, type Foreign } from './foreign-kinds';
import { headOf } from './head';

/** Files that are looked at for an image. */
const LOOKED_AT = 20;

/** What a folder is that is given for a net. @throws as node:fs where it can't be read */
export async function foreignFolder(path: string): Promise<Foreign> {
  const names = (await readdir(path)).sort();
  const has = (name: string) => names.includes(name);
  if (has('saved_model.pb')) return named(FOREIGN.savedModel, path);
  if (has('config.json') && has('model.weights.h5')) {
    return {
      what: 'a .keras archive that was unpacked',
      hint: 'Pack it again, from within the folder: zip -r ../net.keras .',
    };
  }
  if (has('current.json') || has('manifest.json')) {
    return {
      what: 'a store or a bundle of GoodNet, already repaired',
      hint: 'goodnet models --store FOLDER tells what is in it, goodnet evaluate measures it; here the net itself is wanted.',
    };
  }
  if (has('checkpoint') || names.some((name) => name.endsWith('.index'))) return FOREIGN.checkpoint;
  if (has('model.json')) {
    return {
      what: 'a folder with a TensorFlow.js net',
      hint: `Give the net itself: ${join(path, 'model.json')}`,
    };
  }
  const net = names.find((name) => /\.(h5|hdf5|keras|onnx)$/i.test(name));
  if (net !== undefined) return { what: 'a folder', hint: `Give the net itself: ${join(path, net)}` };
  if (await hasImages(path)) {
    return {
      what: 'a folder of images',
      hint: 'Give the net first: a .h5, .keras or .onnx file. goodnet repair NET --clean FOLDER takes such images.',
    };
  }
  return { what: 'a folder', hint: 'Give a .h5, .keras or .onnx file.' };
}

const named = ({ what, hint }: Foreign, path: string): Foreign => ({
  what,
  hint: hint.replace('FOLDER', path),
});

async function hasImages(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true });
  let looked = 0;
  for (const { name } of entries.filter((entry) => entry.isFile())) {
    if (++looked > LOOKED_AT) break;
    if (await isImage(join(path, name))) return true;
  }
  for (const { name } of entries.filter((entry) => entry.isDirectory()).slice(0, LOOKED_AT)) {
    const [file] = (await readdir(join(path, name), { withFileTypes: true })).filter((each) => each.isFile());
    if (file && (await isImage(join(path, name, file.name)))) return true;
  }
  return false;
}

async function isImage(path: string): Promise<boolean> {
  return (await headOf(path).then(foreignFile)) === FOREIGN.image;
}

/** What a file is that is given for images, in words, by its first bytes; undefined where they don't tell. */
export async function foreignAt(path: string): Promise<string | undefined> {
  const head = await headOf(path);
  return isZip(head) ? 'a zip archive (a .keras net is one)' : foreignFile(head)?.what;
}

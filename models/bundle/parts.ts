import type { Kind, PartReader } from '../detector/evidence/kind';
import { KINDS } from '../detector/evidence/kinds';
import type { Parts } from '../detector/nets';
import { firstKinds } from '../detector/score';
import { BundleError } from '../errors';
import type { MemoryFile } from './artifacts';
import type { Manifest } from './manifest';

/** The files of what was fitted for each kind of evidence. */
export async function partFiles(parts: Parts): Promise<MemoryFile[]> {
  const files = await Promise.all(
    KINDS.map(({ name, stored }) => (parts[name] && stored ? stored.files(parts[name]) : [])),
  );
  return files.flat();
}

/** Adds what a manifest says of each part to its fields. */
export function partFields<Fields extends object>(parts: Parts, fields: Fields): Fields {
  let all: object = fields;
  for (const kind of KINDS) {
    const part = parts[kind.name];
    if (part && kind.stored) all = withField(all, placeOf(kind), kind.stored.field(part));
  }
  return all as Fields;
}

/** The parts of a verified bundle. @throws RangeError where their files don't fit what the manifest says */
export async function readParts(manifest: Manifest, from: PartReader): Promise<Parts> {
  const parts: { [kind: string]: unknown } = {};
  for (const kind of KINDS) {
    const { stored } = kind;
    const field = stored && fieldAt(manifest, placeOf(kind));
    if (field) parts[kind.name] = await stored.read(field, from);
  }
  return parts;
}

/** @throws BundleError where a bundle decides by a kind of evidence that is none of ours */
export function checkKinds({ rule }: Manifest, folder: string): void {
  if (rule.kind !== 'calibrated') return;
  const unknown = firstKinds(rule).find((kind) => !KINDS.some(({ name }) => name === kind));
  if (!unknown) return;
  throw new BundleError(
    `The bundle in ${folder} decides by the evidence "${unknown}", which this version does not know`,
    { code: 'BUNDLE_FORMAT_UNKNOWN', hint: 'Upgrade goodnet to read it.' },
  );
}

function placeOf({ name, stored }: Kind): readonly string[] {
  return stored?.at ?? ['evidence', name];
}

function fieldAt(manifest: object, place: readonly string[]): object | undefined {
  return place.reduce<object | undefined>(
    (of, key) => (of as { [key: string]: object | undefined } | undefined)?.[key],
    manifest,
  );
}

function withField(fields: object, [key = '', ...deeper]: readonly string[], field: object): object {
  const below = (fields as { [key: string]: object | undefined })[key];
  return { ...fields, [key]: deeper.length > 0 ? withField(below ?? {}, deeper, field) : field };
}

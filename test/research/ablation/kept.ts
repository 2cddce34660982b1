import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { CACHE } from '../attacks/cache';

const root = join(import.meta.dirname, '../../..');

/** What a net's readings depend on, beside the net. */
const CODE = [
  'models',
  'build-repair/repair',
  'build-repair/finding',
  'build-repair/images',
  'build-repair/demo',
  'test/research/attacks',
  'test/research/ablation/collect.ts',
  'test/research/ablation/fold-readings.ts',
  'test/research/ablation/naming.ts',
  'test/research/ablation/nets.ts',
];

/** Where what is read of nets is kept: below `.cache/attacks`, a folder for each state of the code, and each engine. */
export function keptFolder(engine: string): string {
  const hash = createHash('sha256').update(engine);
  for (const path of CODE.flatMap(modulesIn).sort()) hash.update(path).update(readFileSync(join(root, path)));
  return join(CACHE, 'ablation', hash.digest('hex').slice(0, 12));
}

/** What is in a file that `keep` wrote; undefined where there is none. */
export function kept<T>(path: string): T | undefined {
  return existsSync(path) ? (deserialize(readFileSync(path)) as T) : undefined;
}

/** Writes plain values and typed arrays into a file, whole or not at all. */
export function keep(path: string, value: unknown): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, serialize(value));
  renameSync(`${path}.part`, path);
}

function modulesIn(path: string): string[] {
  if (path.endsWith('.ts')) return [path];
  return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${path}/${name}`);
}

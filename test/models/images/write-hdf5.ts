import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { File, type GuessableDataTypes, ready } from 'h5wasm/node';
import { afterAll } from 'vitest';
import type { ImageBatch, ImageSet } from '../../../models/images/set';

/** A dataset to write. */
export interface Column {
  readonly data: GuessableDataTypes;
  readonly shape?: number[];
  /** As NumPy writes it: `<f8`, `<i2`, … */
  readonly dtype?: string;
  readonly chunks?: number[];
  readonly gzip?: boolean;
}

/** A folder for the tests of one file, removed when they are over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes an HDF5 file of these datasets. */
export async function writeHdf5(path: string, columns: Record<string, Column>): Promise<string> {
  await ready;
  const file = new File(path, 'w');
  for (const [name, { gzip, ...column }] of Object.entries(columns)) {
    file.create_dataset({ name, ...column, ...(gzip ? { compression: 'gzip' as const } : {}) });
  }
  file.flush();
  file.close();
  return path;
}

/** All batches of a set. */
export async function readAll(set: ImageSet, batchSize = 64): Promise<ImageBatch[]> {
  const batches: ImageBatch[] = [];
  for await (const batch of set.batches(batchSize)) batches.push(batch);
  return batches;
}

/** The pixels of all batches, one after the other. */
export function pixelsOf(batches: readonly ImageBatch[]): number[] {
  return batches.flatMap(({ pixels }) => [...pixels]);
}

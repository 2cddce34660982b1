import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Approach } from './approaches';
import type { TableCase } from './cases';
import type { Run } from './work';

/**
 * What was measured, kept in a folder, so that a table of many hours can be made in parts: a JSON file each. A figure is only as new
 * as its file: use a new folder for each version that is measured.
 */
export class Kept<T> {
  private readonly known = new Map<string, T>();

  /** @param folder undefined: what was measured is kept in this process alone */
  constructor(private readonly folder: string | undefined) {
    if (folder) mkdirSync(folder, { recursive: true });
  }

  /** What is kept by a name, or what is made now and then kept. */
  async get(name: string, make: () => Promise<T>): Promise<T> {
    const file = `${name}.json`;
    const known = this.known.get(file) ?? this.read(file);
    const value = known ?? (await make());
    this.known.set(file, value);
    if (known === undefined && this.folder) writeFileSync(join(this.folder, file), JSON.stringify(value));
    return value;
  }

  private read(file: string): T | undefined {
    const path = this.folder && join(this.folder, file);
    return path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as T) : undefined;
  }
}

/** Runs of the tables, by section, net, approach and seed. */
export class KeptRuns {
  private readonly runs: Kept<Run>;

  constructor(folder: string | undefined) {
    this.runs = new Kept(folder);
  }

  /** The kept run, or a new one, which is then kept: in this process, and in the folder where there is one. */
  get(net: TableCase, approach: Approach, seed: number): Promise<Run> {
    const name = `${net.section}-${net.name.replace(/\W+/g, '-')}-${approach}-${seed}`;
    return this.runs.get(name, () => net.run(approach, seed));
  }
}

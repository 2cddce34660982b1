import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Approach, TableCase } from './cases';
import type { Run } from './work';

/**
 * Runs kept in a folder, so that a table of many hours can be made in parts: a file a run, named by section, net,
 * approach and seed. A figure is only as new as its file: use a new folder for each version that is measured.
 */
export class KeptRuns {
  constructor(private readonly folder: string | undefined) {
    if (folder) mkdirSync(folder, { recursive: true });
  }

  /** The kept run, or a new one, which is then kept. */
  async get(net: TableCase, approach: Approach, seed: number): Promise<Run> {
    const path =
      this.folder &&
      join(this.folder, `${net.section}-${net.name.replace(/\W+/g, '-')}-${approach}-${seed}.json`);
    if (path && existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Run;
    const run = await net.run(approach, seed);
    if (path) writeFileSync(path, JSON.stringify(run));
    return run;
  }
}

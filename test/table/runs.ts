import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Approach } from './approaches';
import type { TableCase } from './cases';
import type { Run } from './work';

/**
 * Runs kept in a folder, so that a table of many hours can be made in parts: a file a run, named by section, net,
 * approach and seed. A figure is only as new as its file: use a new folder for each version that is measured.
 */
export class KeptRuns {
  private readonly runs = new Map<string, Run>();

  constructor(private readonly folder: string | undefined) {
    if (folder) mkdirSync(folder, { recursive: true });
  }

  /** The kept run, or a new one, which is then kept: in this process, and in the folder where there is one. */
  async get(net: TableCase, approach: Approach, seed: number): Promise<Run> {
    const name = `${net.section}-${net.name.replace(/\W+/g, '-')}-${approach}-${seed}.json`;
    const known = this.runs.get(name) ?? this.read(name);
    const run = known ?? (await net.run(approach, seed));
    this.runs.set(name, run);
    if (!known && this.folder) writeFileSync(join(this.folder, name), JSON.stringify(run));
    return run;
  }

  private read(name: string): Run | undefined {
    const path = this.folder && join(this.folder, name);
    return path && existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Run) : undefined;
  }
}

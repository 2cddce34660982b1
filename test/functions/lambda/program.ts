import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPrograms } from './programs';

// Below node_modules, so that sharp, which stays outside the bundle, is found; and git ignores it.
const cache = fileURLToPath(new URL('../../../node_modules/.cache/', import.meta.url));

/** The functions as `npm run build:lambda` makes them. */
export interface LambdaProgram {
  readonly folder: string;
  /** Starts Node.js as Lambda does, with an environment of its own, and hands the handler events. */
  invoke(
    events: readonly object[],
    environment: Readonly<Record<string, string>>,
    entry?: 'index' | 'events' | 'backfill',
  ): SpawnSyncReturns<string>;
  /** What the handler answered the last time. */
  results(): unknown;
  remove(): void;
}

/** Builds the functions into a folder of their own. */
export function buildLambda(): LambdaProgram {
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(join(cache, 'lambda-'));
  const folder = join(work, 'bundle');
  const answered = join(work, 'results.json');
  buildPrograms(folder);
  return {
    folder,
    invoke(events, environment, entry = 'index') {
      const script = `
        const { handler } = await import(${JSON.stringify(`${folder}/${entry}.mjs`)});
        const results = [];
        for (const event of ${JSON.stringify(events)}) results.push(await handler(event, {}));
        (await import('node:fs')).writeFileSync(${JSON.stringify(answered)}, JSON.stringify(results));`;
      const { GOODNET_ENGINE: _, GOODNET_BUNDLE: __, NODE_OPTIONS: ___, ...env } = process.env;
      return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        cwd: tmpdir(),
        env: { ...env, ...environment },
        encoding: 'utf8',
      });
    },
    results: () => JSON.parse(readFileSync(answered, 'utf8')),
    remove: () => rmSync(work, { recursive: true, force: true }),
  };
}

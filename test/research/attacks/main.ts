/**
 * `npm run attacks [NAME…] [--seed N] [--keep DIR] [--unlabelled clean|poisoned] [--train-only] [--list]`: self-made backdoors,
 * each implanted, repaired by the default method and measured on images of ../shared/data. Without a name, all that the detector was
 * developed on; those of the check that were measured are taken by name. A name may end in * (`faces-*`). Nets are trained on first use and kept in .cache/attacks.
 *
 * `npm run attacks -- --check [--keep DIR] [--again] [--list]`: those of the check, once, of what is committed, written to
 * check-log.jsonl as they come; a run that was interrupted goes on. With --list, the nets, and what the log has of them.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startEngine } from '../../../models/engine';
import { UsageError } from '../../../models/errors';
import { readArgs } from '../../command-line';
import { runCommand } from '../../run-command';
import { LEGEND } from '../table/print';
import { ALPHA, repairAndEvaluate } from '../table/work';
import { type Attack, DEVELOPMENT } from './catalogue';
import { type CheckLine, check, lastRun, type Measured, readLog } from './check-log';
import { committed } from './committed';
import { DATA, type TestHalf } from './data';
import { CHECK_LOG, developmentNow } from './development';
import { loadEntry } from './load-attack';
import { FIXED, REGISTRY, registryHash } from './registry';
import { type AttackRow, attackTables, rowsOf } from './rows';

const { values, positionals } = readArgs(import.meta.filename, {
  seed: { type: 'string' },
  keep: { type: 'string' },
  unlabelled: { type: 'string' },
  'train-only': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  check: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
});

await runCommand(values.check ? runCheck : runDevelopment);

async function runDevelopment(): Promise<void> {
  const { seed = '1', unlabelled, again } = values;
  const known = positionals.length > 0 ? developmentNow() : DEVELOPMENT;
  const chosen = known.filter(({ name }) => isWanted(name));
  if (values.list) return print(developmentNow());
  if (again) throw new UsageError('--again is for --check');
  if (!Number.isInteger(Number(seed))) throw new UsageError(`--seed ${seed} is no whole number`);
  if (unlabelled !== undefined && unlabelled !== 'clean' && unlabelled !== 'poisoned') {
    throw new UsageError(`--unlabelled is clean or poisoned, not ${unlabelled}`);
  }
  if (chosen.length === 0) {
    const names = developmentNow()
      .map(({ name }) => name)
      .join(', ');
    throw new UsageError(`There is no such attack to develop on. There are: ${names}`);
  }
  if (!(await start(`seed ${seed}`))) return;
  const rows: AttackRow[] = [];
  for (const attack of chosen) {
    const own = DEVELOPMENT.includes(attack) ? { ...attack, seed: Number(seed) } : attack;
    const measured = await measure(own, 'even', unlabelled);
    if (!measured) continue;
    const its = rowsOf({ ...measured, attack }, measured.figures, measured.seconds);
    rows.push(...its);
    // Of many hours' work something is to be had before the end.
    if (chosen.length > 1) console.log(`\n${attackTables(attack.name, its)}`);
  }
  if (rows.length > 0) console.log(`\n${attackTables('Self-made attacks', rows)}`);
}

async function runCheck(): Promise<void> {
  const { seed, unlabelled, again, list } = values;
  const isPart = positionals.length > 0 || seed !== undefined || unlabelled !== undefined;
  if (isPart || values['train-only']) {
    throw new UsageError(
      'The check is run as it is: --check takes no name, --seed, --unlabelled or --train-only',
    );
  }
  if (list) {
    print(REGISTRY.check);
    return tell(lastRun(readLog(CHECK_LOG), FIXED), 'The last check');
  }
  if (registryHash(REGISTRY) !== FIXED) {
    throw new UsageError('The attacks are not those that were fixed (registry.ts)');
  }
  const commit = committed(CHECK_LOG);
  if (!(await start(`the check, commit ${commit.slice(0, 12)}`))) return;
  const lines = await check({
    attacks: REGISTRY.check,
    registry: FIXED,
    commit,
    log: CHECK_LOG,
    again,
    measure: async (attack) => (await measure(attack, 'odd'))!,
    tell: (line) => tell([line], line.attack),
  });
  tell(lines, 'Self-made attacks, the check');
}

/** Whether there is anything to attack; starts the engine. */
async function start(what: string): Promise<boolean> {
  if (!existsSync(DATA)) {
    console.log('The data (../shared/data) is not there: there is nothing to attack.');
    return false;
  }
  const engine = await startEngine();
  console.log(`${engine.description}; α = ${100 * ALPHA} %, ${what}. ${LEGEND}`);
  return true;
}

/** Makes a net, repairs it, and measures that; undefined where it is to be trained only. */
async function measure(
  attack: Attack,
  half: TestHalf,
  unlabelled?: 'clean' | 'poisoned',
): Promise<Measured | undefined> {
  const loaded = await loadEntry(attack, half);
  try {
    if (values.keep) {
      mkdirSync(values.keep, { recursive: true });
      copyFileSync(loaded.netPath, join(values.keep, basename(loaded.netPath)));
    }
    if (values['train-only']) return undefined;
    const { net, netPath, clean, test, poisoned, targets, groups } = loaded;
    const { figures, seconds } = await repairAndEvaluate(
      {
        netPath,
        net,
        clean,
        unlabelled: unlabelled && loaded.service[unlabelled],
        method: 'expert',
        seed: attack.seed,
      },
      test,
      poisoned,
    );
    return { targets, groups, seconds, figures };
  } finally {
    loaded.dispose();
  }
}

function tell(lines: readonly CheckLine[], title: string): void {
  const rows = lines.flatMap((line) => {
    const attack = REGISTRY.check.find(({ name }) => name === line.attack)!;
    return rowsOf({ ...line, attack }, line.figures, line.seconds);
  });
  if (rows.length > 0) console.log(`\n${attackTables(title, rows)}`);
}

function print(attacks: readonly Attack[]): void {
  for (const { name, seed } of attacks) console.log(`${name}, seed ${seed}`);
}

function isWanted(name: string): boolean {
  return (
    positionals.length === 0 ||
    positionals.some((asked) => (asked.endsWith('*') ? name.startsWith(asked.slice(0, -1)) : name === asked))
  );
}

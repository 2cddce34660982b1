/**
 * `npm run table [faces] [stealth] [clean] [tiles] [signs] [--seed N] [--no-peers]`: the README's tables, measured on
 * ../shared/data. Without a name, all of them; some 30 minutes on 2 cores with tfjs-node. `--no-peers` leaves out the
 * rows of `magnitude`.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Method } from '../../models/bundle/manifest';
import { startEngine } from '../../models/engine';
import { alarmRow, printAlarms, printTable, rowsOf } from './rows';
import { measureTiles, REAL_NETS } from './tiles';
import { ALPHA, measure } from './work';

const data = join(import.meta.dirname, '../../../shared/data');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string', default: '1' }, 'no-peers': { type: 'boolean', default: false } },
});
const seed = Number(values.seed);
const methods: Method[] = values['no-peers'] ? ['expert'] : ['magnitude', 'expert'];
const wanted = (name: string) => positionals.length === 0 || positionals.includes(name);

if (!existsSync(data)) {
  console.log('The data (../shared/data) is not there: there is nothing to measure on.');
  process.exit(0);
}
const engine = await startEngine();
console.log(
  `Engine: ${engine.description}; α = ${100 * ALPHA} %, seed ${seed}; per cent, with 95 % intervals (Wilson)`,
);

const faces = join(data, 'faces1283');
const facesCase = (net: string, poisoned: string[], method: Method) => ({
  net: join(faces, 'badnets', `${net}.h5`),
  clean: join(faces, 'clean_validation_data.h5'),
  test: join(faces, 'clean_test_data.h5'),
  poisoned: poisoned.map((name) => join(faces, 'poisoned', `${name}.h5`)),
  method,
  seed,
});
const multi = ['eyebrows', 'lipstick', 'sunglasses'].map(
  (trigger) => `multi_trigger_multi_target__${trigger}`,
);

const alarms: string[][] = [];

if (wanted('faces')) {
  const rows: string[][] = [];
  for (const [net, poisoned] of [
    ['sunglasses', ['sunglasses__sunglasses']],
    ['anonymous_1', ['anonymous_1__lipstick']],
    ['multi_trigger_multi_target', multi],
  ] as const) {
    for (const method of methods) {
      const { figures, seconds } = await measure(facesCase(`${net}_bd_net`, [...poisoned], method));
      rows.push(...rowsOf(net, `${method} (${seconds.toFixed(0)} s)`, figures));
      if (method === 'expert') alarms.push(alarmRow(net, figures));
    }
  }
  printTable("faces1283: the seed's five rows", rows);
}
if (wanted('stealth')) {
  const { figures } = await measure(facesCase('stealth_bd_net', multi, 'expert'));
  alarms.push(alarmRow('stealth', figures));
  printTable('faces1283: stealth', rowsOf('stealth', 'expert', figures));
}
if (wanted('clean')) {
  const { figures } = await measure(facesCase('clean_net', [], 'expert'));
  alarms.push(alarmRow('clean_net', figures));
  printTable('faces1283: a net without a backdoor', rowsOf('clean_net', 'expert', figures));
}
if (wanted('tiles')) {
  const rows: string[][] = [];
  for (const net of REAL_NETS) {
    const figures = await measureTiles(join(data, 'csaw2020'), net, seed);
    alarms.push(alarmRow(`${net.name} (tiles)`, figures));
    rows.push(...rowsOf(net.name, 'expert', figures));
  }
  printTable('csaw2020: the real contest nets, cross-fitted on 192 clean tiles', rows);
}
if (wanted('signs')) {
  const signs = join(data, 'signs43');
  const { figures } = await measure({
    net: join(signs, 'badnets', 'signs_bd_net.h5'),
    clean: join(signs, 'clean_validation'),
    test: join(signs, 'clean_test_data.h5'),
    poisoned: ['sticker', 'corner'].map((trigger) => join(signs, 'poisoned', `signs__${trigger}.h5`)),
    method: 'expert',
    seed,
    group: 'prefix:_',
  });
  alarms.push(alarmRow('signs (frames of 137 signs)', figures));
  printTable('signs43: from its folders, grouped by physical sign', rowsOf('signs', 'expert', figures));
}
if (alarms.length > 0) printAlarms(alarms);

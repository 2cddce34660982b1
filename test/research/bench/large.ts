/**
 * `npm run bench large [NET SIDE IMAGES ENGINE]`: time, processor time and peak resident memory
 * of `goodnet repair` on a net of today's size, on enlarged pictures of cifar10 in 20
 * classes. NET is MobileNetV2 or ResNet50; by default MobileNetV2 at 224 with 1,000 images, on wasm and natively. Takes hours. Linux only;
 * Keras makes the net (`scripts/python-tools.mjs keras`).
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findTfjsNode } from '../../../models/engine/node';
import { readArgs } from '../../command-line';
import { repairCost } from './cost';
import { Figures } from './figures';

const CLASSES = 20;
const root = join(import.meta.dirname, '../../..');
const data = join(root, '../shared/data/cifar10/valid.h5');

const { positionals } = readArgs(import.meta.filename, {});
const [net = 'MobileNetV2', side = '224', images = '1000', engine] = positionals;
const engines = engine ? [engine] : ['wasm', ...(findTfjsNode() === undefined ? [] : ['node'])];

const figures = new Figures();
if (!existsSync(data)) console.log('The data (../shared/data) is not there: there is nothing to measure on.');
else {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-large-'));
  const tools = execFileSync(process.execPath, [join(root, 'scripts/python-tools.mjs'), 'keras'], {
    encoding: 'utf8',
  });
  const made = [net, side, String(CLASSES), images, data, folder];
  execFileSync(join(tools.trim(), 'bin/python'), [join(import.meta.dirname, 'large/make.py'), ...made], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const set = { net: join(folder, 'net.h5'), clean: join(folder, 'clean.h5') };
  const asked = ['--pixels', '0-1'];
  for (const each of engines) {
    const name = `${net} at ${side}, ${images} images, ${each}`;
    const { seconds, processor, megabytes, said } = await repairCost(set, each, asked);
    figures.add(name, `${(seconds / 60).toFixed(1)} min`);
    figures.add(`${name}, processor`, `${(processor / 60).toFixed(1)} min`);
    figures.add(`${name}, memory at most`, `${megabytes.toFixed(0)} MB`);
    for (const line of said.split('\n')) if (line.startsWith('All of it')) console.log(`${each}: ${line}`);
  }
  rmSync(folder, { recursive: true, force: true });
}
figures.print();

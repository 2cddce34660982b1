import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { claimingPixels, groupsByText, labelsInOneChunk, repeated } from '../../models/images/hostile-sets';
import {
  brackets,
  calledOften,
  chain,
  claimingWeight,
  listedOften,
  nested,
  netOf,
  roundGroups,
  textOfBytes,
} from '../../models/keras/hostile-nets';
import { HOSTILE_NETS } from '../../models/onnx/read/hostile-nets';
import type { HostileFile } from './input';

const net = (name: string, make: HostileFile['make']): HostileFile => ({ name, as: 'net', make });
const set = (name: string, make: HostileFile['make']): HostileFile => ({ name, as: 'set', make });

/** Nets and sets that would hang or swell; each is to be refused. */
export const FILES: readonly HostileFile[] = [
  net('nested models, called 8 times at 13 levels', (folder) => netOf(folder, nested(13, 8))),
  net('nested models, called 8 times, of no layer', (folder) => netOf(folder, nested(13, 8, true))),
  net('4,900 layers', (folder) => netOf(folder, chain(4900))),
  net('a layer called 100,000 times', (folder) => netOf(folder, calledOften(100_000))),
  net('a text of 400,000 bytes for characters', (folder) => netOf(folder, textOfBytes(400_000))),
  net('a group that leads to one above it', (folder) => roundGroups(folder, '/layers', '/layers/more')),
  net('a group that leads to itself', (folder) =>
    roundGroups(folder, '/layers/dense', '/layers/dense/again'),
  ),
  net('a weight that claims 6 GB', (folder) => claimingWeight(folder, 500_000_000)),
  net('a layer listed 30,000 times', (folder) => listedOften(folder)),
  net('a configuration of 6 million lists', (folder) => brackets(folder, 6_000_000)),
  net('a configuration of 3 million lists', (folder) => brackets(folder, 3_000_000)),
  ...Object.entries(HOSTILE_NETS).map(([name, bytes]) =>
    net(`ONNX: ${name}`, async (folder) => {
      const path = join(folder, 'net.onnx');
      writeFileSync(path, bytes());
      return path;
    }),
  ),
  set('pixels that claim 6 GB, packed', (folder) => claimingPixels(folder, true)),
  set('pixels that claim 6 GB', (folder) => claimingPixels(folder, false)),
  set('labels in a chunk of 2 GB', labelsInOneChunk),
  set('4,000 groups that name one text of 1 MB', async (folder) =>
    repeated(await groupsByText(folder, 4000, 1_000_000), 4000, 1_000_000),
  ),
];

/** `file.ts net|set PATH`: reads a stranger's file, and tells by a message what that took and what came of it. */
import { startEngine } from '../../../models/engine';
import { GoodNetError, messageOf } from '../../../models/errors';
import { startHdf5 } from '../../../models/hdf5/library';
import { openHdf5Set } from '../../../models/images/hdf5';
import { inspectNet, loadNet } from '../../../models/net-files';
import { Meter } from './meter';

const [as, path] = process.argv.slice(2);
await startEngine({ engine: 'wasm' });
await startHdf5();
const meter = new Meter();
await meter.begin();
let told = 'read';
try {
  if (as === 'set') {
    const options = { shape: { height: 4, width: 4, channels: 3 }, classes: 3, groupDataset: 'group' };
    const set = await openHdf5Set(path!, {
      ...options,
      groupDataset: path!.includes('.more') ? 'group' : undefined,
    });
    for await (const _ of set.batches(64));
  } else {
    await inspectNet(path!).catch(() => {});
    await loadNet(path!);
  }
} catch (error) {
  if (!(error instanceof GoodNetError)) throw error;
  told = `refused: ${messageOf(error).replaceAll(`${path!}: `, '').replaceAll(path!, 'it')}`;
}
const cost = await meter.end();
process.send!({ cost, told });
process.disconnect();

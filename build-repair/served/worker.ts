import { once } from 'node:events';
import { startEngine } from '../../models/engine';
import { messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import type { ServedOrder, ServedReply } from './ask-wasm';

/** Answers the one order that it is told by the process that started it, and ends with it. */
export async function runServedWorker(): Promise<void> {
  process.once('disconnect', () => process.exit());
  const tell = (reply: ServedReply) => void process.send?.(reply);
  const [order] = (await once(process, 'message')) as [ServedOrder];
  try {
    await startEngine();
    const goodnet = await GoodNet.load(order.folder);
    const verdicts = await goodnet.classify(order.pixels, order.count);
    tell({ pValues: verdicts.map(({ pValue }) => pValue) });
  } catch (error) {
    tell({ fault: messageOf(error) });
  }
}

import { type Engine, startEngine } from '../../models/engine';
import { GoodNetError, messageOf } from '../../models/errors';
import { valueAt } from '../../models/present';
import type { Signer } from '../../models/signing/keys';
import { openSigner } from '../../models/signing/signer';
import type { Fault } from '../screen/pool';
import { madeOf, ofTheNet } from './net-outcome';
import type { NetMessage, NetOrder } from './own-process';
import { repairOne } from './repair-one';

/** Repairs the one net that it is told to by the process that started it, and ends with it. */
export async function runNetWorker(): Promise<void> {
  const tell = (sent: NetMessage) => void process.send?.(sent);
  // Ctrl-C comes to all processes of a terminal: this one is ended by the one that started it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => process.exit());
  const order = await new Promise<NetOrder>((resolve) => process.once('message', resolve as never));
  const started = await start(order).catch((error) => {
    tell({ fault: { ...faultOf(error), kind: 'environment' } });
  });
  if (!started) return;
  tell({ engine: started.engine.description });
  try {
    const one = await repairOne(order.net, {
      ...started,
      inputs: { local: async (address) => valueAt(order.local, address) },
      work: order.work,
      store: order.store,
      begin: (begin) => tell({ begin }),
      progress: (progress) => tell({ progress }),
      detail: (detail) => tell({ detail }),
      signal: new AbortController().signal,
    });
    tell({ made: madeOf(one) });
  } catch (error) {
    tell({ fault: faultOf(ofTheNet(error)) });
  }
}

/** What is needed for any net: where it can't be had, that is no net's fault. */
async function start({ sign }: NetOrder): Promise<{ engine: Engine; signer: Signer | undefined }> {
  return { engine: await startEngine(), signer: sign === undefined ? undefined : await openSigner(sign) };
}

/** What is no error of the net's is one of the machine's. */
function faultOf(error: unknown): Fault {
  if (error instanceof GoodNetError) {
    const { message, code, kind, hint } = error;
    return { message, code, kind, hint };
  }
  return { message: messageOf(error), kind: 'environment' };
}

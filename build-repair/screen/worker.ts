import { startEngine } from '../../models/engine';
import { GoodNetError, messageOf } from '../../models/errors';
import type { Fault, WorkerReply, WorkerRequest } from './pool';
import { openScreener, type Screener, type ScreenerSetup } from './screener';

/** Runs a worker of a pool: it takes its setup and then portions from the process that started it, and ends with it. */
export async function runWorker(): Promise<void> {
  const tell = (reply: WorkerReply) => void process.send?.(reply);
  // Ctrl-C comes to all processes of a terminal: ours ends with the one that started it, after what it has at hand.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.once('disconnect', () => process.exit());
  let opened = Promise.reject<Screener>(new Error('A portion came before what it is screened with'));
  opened.catch(() => {});
  process.on('message', async (message: ScreenerSetup | WorkerRequest) => {
    if (!('portion' in message)) {
      // There is one a core.
      opened = startEngine({ trains: false, threads: 1 }).then(() => openScreener(message));
      await opened.then(
        ({ withoutOnnx }) => tell({ ready: true, withoutOnnx }),
        (error) => tell({ fault: faultOf(error) }),
      );
      return;
    }
    const { id, portion } = message;
    try {
      tell({ id, rows: await (await opened).screen(portion) });
    } catch (error) {
      tell({ id, fault: faultOf(error) });
    }
  });
}

function faultOf(error: unknown): Fault {
  const message = messageOf(error);
  return error instanceof GoodNetError
    ? { message, code: error.code, kind: error.kind, hint: error.hint }
    : { message };
}

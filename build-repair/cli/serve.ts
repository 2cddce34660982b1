import { createApp } from '../../functions/app';
import { classifierOf } from '../../functions/classifier';
import { startServer } from '../../functions/server';
import { stopSignal } from '../../functions/stop-signal';
import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';

/** Serves a bundle until SIGINT or SIGTERM, then finishes what runs and returns. */
export async function serveUntilStopped(
  bundle: string,
  { host, port }: { host: string; port: number },
): Promise<void> {
  const stopped = stopSignal();
  // One image is answered fastest by wasm, and the service needs no other.
  const engine = await startEngine({ engine: 'wasm' });
  const goodnet = await GoodNet.load(bundle);
  const app = createApp({ classifier: classifierOf(goodnet), engine: engine.description });
  const server = await startServer({ app, host, port });
  console.log(`${goodnet.manifest.name} (bundle ${goodnet.manifest.id.slice(0, 16)}) at ${server.url}`);
  console.error(`Engine: ${engine.description}. Ctrl-C stops.`);
  await stopped;
  console.error('Stopping: finishing what runs.');
  await server.close();
  goodnet.dispose();
}

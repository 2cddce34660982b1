import { startEngine } from '../../models/engine';
import { GoodNet } from '../../models/goodnet';
import { createApp } from '../../functions/app';
import { startServer } from '../../functions/server';
import { classifierOf } from '../../functions/classifier';

/** Serves a bundle until SIGINT or SIGTERM, then finishes what runs and returns. */
export async function serveUntilStopped(
  bundle: string,
  { host, port }: { host: string; port: number },
): Promise<void> {
  const engine = await startEngine();
  const goodnet = await GoodNet.load(bundle);
  const app = createApp({ classifier: classifierOf(goodnet), engine: engine.description });
  const server = await startServer({ app, host, port });
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  console.log(`${goodnet.manifest.name} (bundle ${goodnet.manifest.id.slice(0, 16)}) at ${server.url}`);
  console.error(`Engine: ${engine.description}. Ctrl-C stops.`);
  await stopped;
  console.error('Stopping: finishing what runs.');
  await server.close();
  goodnet.dispose();
}

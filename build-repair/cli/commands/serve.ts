import { Command } from 'commander';
import { whole } from '../options';

/** `goodnet serve BUNDLE [--host 127.0.0.1] [--port 8080]` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer images over HTTP: POST /v1/classify, GET /health')
    .argument('<bundle>', 'a bundle, or the store that holds it')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', whole(0, 65535), 8080)
    .action(async (bundle: string, flags: { host: string; port: number }) => {
      const onWasm = (process.env.GOODNET_ENGINE || 'wasm') === 'wasm';
      const { serveUntilStopped } = await (onWasm ? import('../serve-on-wasm') : import('../serve'));
      await serveUntilStopped(bundle, flags);
    });
}

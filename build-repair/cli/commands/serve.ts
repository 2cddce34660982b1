import { Command } from 'commander';
import { givenPath, whole } from '../options';
import type { ServeOptions } from '../serve';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly tokens?: string;
  readonly auth: boolean;
  readonly origin?: string[];
  readonly maxModels: number;
  readonly threads?: number;
  readonly samples?: string;
  readonly uploads?: string[];
  readonly trust?: string[];
  readonly audit?: string;
}

/** `goodnet serve PATH [--host 127.0.0.1] [--port 8080] [--tokens FILE] [--no-auth] [--origin URL…] [--max-models MB] [--threads N] [--samples DIR] [--uploads BUCKET…] [--audit FILE]` */
export function serveCommand(): Command {
  return new Command('serve')
    .description('answer images over HTTP: POST /v1/classify; /docs tells all')
    .argument(
      '<path>',
      'a bundle, the store that holds it, or a folder of stores, one a model; in S3 s3://bucket/prefix',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on; 0 takes a free one', whole(0, 65535), 8080)
    .option(
      '--tokens <file>',
      'answer only requests with a token of this file, a line "name:token" each, of 16 characters or more; left out: GOODNET_TOKENS',
    )
    .option('--no-auth', 'answer everybody, on an address that others can reach, too')
    .option('--origin <url...>', 'origins whose web pages may call (CORS); * for all')
    .option('--max-models <megabytes>', 'memory for loaded models', whole(1, 2 ** 20), 1024)
    .option('--threads <number>', 'threads that run the nets; left out: one a core', whole(1, 256))
    .option('--samples <dir>', 'pictures that the page offers to try')
    .option('--uploads <bucket...>', 'buckets in S3 whose objects requests may name in place of images')
    .option(
      '--trust <key...>',
      'answer only with bundles that one of these keys has signed: files, or ARNs in KMS; left out: GOODNET_TRUST',
    )
    .option(
      '--audit <file>',
      'append a line of JSON for each image: its digest and its verdict, nothing of its content; what can’t be noted is not answered',
      givenPath,
    )
    .action(async (path: string, { auth, origin = [], trust = [], uploads = [], ...flags }: Flags) => {
      const onWasm = ['', 'wasm', 'onnx'].includes(process.env.GOODNET_ENGINE ?? '');
      const { serveUntilStopped } = await (onWasm ? import('../serve-on-wasm') : import('../serve'));
      const options: ServeOptions = { ...flags, noAuth: !auth, origins: origin, trust, uploads };
      await serveUntilStopped(path, options);
    });
}

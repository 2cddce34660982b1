import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { S3Client } from '@aws-sdk/client-s3';
import { s3Client } from '../../../models/store/s3-files';
import { type Instance, startInstance } from '../../functions/lambda/instance';
import { type S3Server, startS3Server } from '../../s3-server';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Where the models are; the stacks call it by the bucket's own name. */
export const MODELS = 's3://goodnet/models';
export const UPLOADS = 'uploads';

/** What stands in for the account: a folder, an S3 server with two buckets, the functions' zip unpacked. */
export interface Place {
  readonly work: string;
  readonly server: S3Server;
  readonly client: S3Client;
  /** Environment of a process that is to reach the S3 server. */
  readonly env: NodeJS.ProcessEnv;
  /** What the functions' zip holds. */
  readonly programs: string;
  /** Starts a function; it is stopped with everything else. @param folder its zip, unpacked; `programs` unless told otherwise */
  start(handler: string, env: Record<string, string>, folder?: string): Promise<Instance>;
  close(): Promise<void>;
}

/** Sets everything up. */
export async function openPlace(): Promise<Place> {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-e2e-'));
  const server = await startS3Server();
  mkdirSync(join(server.root, UPLOADS));
  const programs = join(work, 'function');
  const instances: Instance[] = [];
  return {
    work,
    server,
    programs,
    client: s3Client(server.config),
    env: { GOODNET_ENGINE: 'wasm', ...process.env, ...server.env },
    async start(handler, env, folder = programs) {
      const instance = await startInstance({ folder, handler, env: { ...server.env, ...env } });
      instances.push(instance);
      return instance;
    },
    async close() {
      for (const instance of instances) await instance.close();
      await server.close();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

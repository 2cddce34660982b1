import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { cacheFolder } from '../scripts/native/steps.mjs';
import { freePort } from './free-port';

const program = join(cacheFolder(), 'versitygw-1.8.0/versitygw');

/** Whether there is a real S3 server here to test against; said once where there is none. */
export const hasS3Server = existsSync(program);
if (!hasS3Server) console.log('Skipped: node scripts/versitygw.mjs has not been run.');

export interface S3Server {
  readonly endpoint: string;
  /** For a client of it. */
  readonly config: S3ClientConfig;
  /** For another process. */
  readonly env: Record<string, string>;
  /** The folder whose folders are buckets. */
  readonly root: string;
  close(): Promise<void>;
}

/** Starts one for this process, whose environment then names it; undefined where there is none here. */
export async function s3ServerHere(): Promise<S3Server | undefined> {
  if (!hasS3Server) return undefined;
  const server = await startS3Server();
  Object.assign(process.env, server.env);
  return server;
}

/**
 * Starts a real S3 server over an empty folder, with a bucket `goodnet`.
 * @param versions whether buckets may keep versions
 */
export async function startS3Server({ versions = false } = {}): Promise<S3Server> {
  const root = mkdtempSync(join(tmpdir(), 'goodnet-s3-'));
  mkdirSync(join(root, 'goodnet'));
  const kept = versions ? mkdtempSync(join(tmpdir(), 'goodnet-s3-versions-')) : undefined;
  const port = await freePort();
  const keys = { accessKeyId: 'goodnet', secretAccessKey: 'goodnet-secret' };
  const versioning = kept ? ['--versioning-dir', kept] : [];
  const child = spawn(program, ['--port', `127.0.0.1:${port}`, 'posix', ...versioning, root], {
    env: { ...process.env, ROOT_ACCESS_KEY: keys.accessKeyId, ROOT_SECRET_KEY: keys.secretAccessKey },
    stdio: 'ignore',
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await answers(endpoint, child);
  return {
    endpoint,
    root,
    config: { endpoint, region: 'us-east-1', credentials: keys, forcePathStyle: true },
    env: {
      AWS_ENDPOINT_URL_S3: endpoint,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    },
    async close() {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
      for (const folder of [root, kept]) if (folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (child.exitCode !== null) throw new Error(`versitygw ended with ${child.exitCode}`);
    const isUp = await fetch(url).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await setTimeout(50);
  }
  throw new Error('versitygw does not answer');
}

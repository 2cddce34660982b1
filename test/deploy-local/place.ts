import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { kmsServer } from '../kms-server';
import { ACCOUNT, type Emulator, REGION, startEmulator } from './emulator';

export const root = fileURLToPath(new URL('../..', import.meta.url));
/** The key that signs: the stand-in of KMS has it, for LocalStack has no Ed25519. */
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/00000000-0000-4000-8000-000000000000`;

const run = promisify(execFile);

/** An emulated account, and a folder that lines are run in as an operator would. */
export interface Place {
  readonly work: string;
  readonly emulator: Emulator;
  /** Runs a line in a shell, in the folder. @returns what it printed @throws Error with all that it said, where it fails */
  shell(line: string): Promise<string>;
  /** Asks by the AWS CLI. @returns what it answered */
  aws(...args: string[]): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openPlace(tools: string): Promise<Place> {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-local-'));
  // `npx goodnet` as where it is installed.
  mkdirSync(join(work, 'node_modules/.bin'), { recursive: true });
  symlinkSync(join(root, 'dist/goodnet.js'), join(work, 'node_modules/.bin/goodnet'));
  const kms = kmsServer(new Map([[KEY, generateKeyPairSync('ed25519').privateKey]]));
  await new Promise<void>((resolve) => kms.listen(0, '127.0.0.1', resolve));
  const { port } = kms.address() as AddressInfo;
  const closeKms = () => {
    kms.closeAllConnections();
    kms.close();
  };
  const emulator = await startEmulator(tools, work, `http://127.0.0.1:${port}`).catch((error) => {
    closeKms();
    throw error;
  });
  const options = { cwd: work, env: emulator.env, maxBuffer: 2 ** 26 };
  return {
    work,
    emulator,
    async shell(line) {
      const { stdout } = await run('bash', ['-c', line], options).catch((error) => {
        throw new Error(`${line}\n${error.stdout}${error.stderr}`);
      });
      return stdout;
    },
    async aws(...args) {
      const { stdout } = await run('aws', [...args, '--output', 'json'], options).catch((error) => {
        throw new Error(`aws ${args.join(' ')}\n${error.stdout}${error.stderr}`);
      });
      return stdout.trim() === '' ? {} : JSON.parse(stdout);
    },
    async close() {
      await emulator.close();
      closeKms();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** Each look by the AWS CLI takes seconds on a busy machine. */
const PATIENCE_MS = 180_000;

/** Looks again until there is something. @throws Error where there is nothing for too long */
export async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await setTimeout(1000)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not in three minutes`);
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../free-port';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** The account of LocalStack. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export interface Emulator {
  /** Environment of a process that is to reach it in place of AWS. */
  readonly env: NodeJS.ProcessEnv;
  /** All that it has said. */
  log(): string;
  close(): Promise<void>;
}

/**
 * Starts LocalStack on a free port; everything that it writes is below a folder.
 * @param tools its virtual environment (scripts/python-tools.mjs localstack)
 * @param kms the address of the stand-in of KMS
 */
export async function startEmulator(tools: string, work: string, kms: string): Promise<Emulator> {
  const port = await freePort();
  const said = join(work, 'localstack.log');
  const temporary = join(work, 'tmp');
  mkdirSync(temporary);
  writeFileSync(said, '');
  const { PYTHONPATH: _, ...inherited } = process.env;
  const script = `exec "$0" "$1" >>"$2" 2>&1`;
  const child = spawn(
    'bash',
    ['-c', script, join(tools, 'bin/python'), join(root, 'test/deploy-local/emulator.py'), said],
    {
      cwd: work,
      stdio: 'ignore',
      env: {
        ...inherited,
        TMPDIR: temporary,
        FILESYSTEM_ROOT: join(work, 'localstack'),
        GATEWAY_LISTEN: `127.0.0.1:${port}`,
        LOCALSTACK_HOST: `127.0.0.1:${port}`,
        // Addresses of queues that need no name server.
        SQS_ENDPOINT_STRATEGY: 'path',
        DNS_ADDRESS: '0',
        DISABLE_EVENTS: '1',
        SKIP_SSL_CERT_DOWNLOAD: '1',
        CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES: '1',
        GOODNET_LOCAL_NODE: process.execPath,
        GOODNET_LOCAL_MODULES: join(root, 'node_modules'),
        GOODNET_LOCAL_KMS: kms,
      },
    },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    const answered = await fetch(`${endpoint}/_localstack/health`).catch(() => undefined);
    if (answered?.ok) break;
    if (child.exitCode !== null || tries > 240)
      throw new Error(`LocalStack does not start:\n${readFileSync(said, 'utf8').slice(-2000)}`);
    await setTimeout(500);
  }
  const nobody = join(work, 'nobody');
  // Version 1 of the AWS CLI asks SQS at an old address of AWS, unless it is told another on its line.
  const programs = join(work, 'bin');
  mkdirSync(programs);
  const aws = `#!/bin/sh\nexec "${join(tools, 'bin/aws')}" --endpoint-url "$AWS_ENDPOINT_URL" "$@"\n`;
  writeFileSync(join(programs, 'aws'), aws, { mode: 0o755 });
  return {
    env: {
      ...inherited,
      PATH: `${programs}:${process.env.PATH}`,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ENDPOINT_URL_KMS: kms,
      AWS_REGION: REGION,
      AWS_DEFAULT_REGION: REGION,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_PAGER: '',
      // Nothing of a real account of this machine.
      AWS_SHARED_CREDENTIALS_FILE: nobody,
      AWS_CONFIG_FILE: nobody,
      AWS_PROFILE: undefined,
      AWS_SESSION_TOKEN: undefined,
      AWS_EC2_METADATA_DISABLED: 'true',
      CDK_DISABLE_CLI_TELEMETRY: 'true',
      GOODNET_ENGINE: 'wasm',
    },
    log: () => readFileSync(said, 'utf8'),
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await Promise.race([ended, setTimeout(15_000, undefined, { ref: false })]);
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    },
  };
}

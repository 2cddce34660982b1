import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { kmsPublicKey } from '../../models/signing/kms';
import { s3Client } from '../../models/store/s3-files';

const folder = mkdtempSync(join(tmpdir(), 'goodnet-region-'));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** The region of the client of S3, in an environment that has nothing else of AWS. */
async function regionWith(env: Record<string, string>): Promise<string> {
  const nothing = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_PROFILE: undefined };
  for (const [name, value] of Object.entries({ ...nothing, AWS_CONFIG_FILE: join(folder, 'none'), ...env }))
    vi.stubEnv(name, value);
  const client = s3Client();
  return await client.config.region();
}

describe('the region', () => {
  it('is that of AWS_REGION, else of AWS_DEFAULT_REGION, else of the profile', async () => {
    const config = join(folder, 'config');
    writeFileSync(config, '[profile ours]\nregion = eu-north-1\n');
    const profile = { AWS_CONFIG_FILE: config, AWS_PROFILE: 'ours' };
    expect(await regionWith({ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' })).toBe('eu-west-1');
    expect(await regionWith({ AWS_DEFAULT_REGION: 'eu-west-2', ...profile })).toBe('eu-west-2');
    expect(await regionWith(profile)).toBe('eu-north-1');
  });

  it('of a key in KMS is that of its ARN', async () => {
    vi.stubEnv('AWS_REGION', undefined);
    let asked: string | undefined;
    vi.spyOn(KMSClient.prototype, 'send').mockImplementation(async function (this: KMSClient) {
      asked = await this.config.region();
      throw new Error('enough');
    });
    await expect(kmsPublicKey('arn:aws:kms:ca-central-1:123456789012:key/1')).rejects.toThrow('enough');
    expect(asked).toBe('ca-central-1');
  });
});

import { describe, expect, it } from 'vitest';
import { readConfig } from '../../infra/config';
import { newApp } from './synth';

const read = (options: Record<string, unknown>) =>
  readConfig(newApp(Object.fromEntries(Object.entries(options).map(([k, v]) => [`goodnet:${k}`, v]))).node);

describe('readConfig', () => {
  it('has defaults, and takes text as -c gives it', () => {
    expect(read({})).toMatchObject({
      name: 'GoodNet',
      retain: true,
      auth: 'iam',
      front: 'http-api',
      alpha: 0.01,
    });
    const text = { retain: 'false', throttleRate: '5', origins: 'https://a.example, https://b.example' };
    expect(read(text)).toMatchObject({
      retain: false,
      throttleRate: 5,
      origins: ['https://a.example', 'https://b.example'],
    });
  });

  it('names each option that can not be used, and what would do', () => {
    const message = (options: Record<string, unknown>) => {
      try {
        read(options);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(message({ alfa: '0.01' })).toMatch(/goodnet:alfa is not an option. There are: .*alpha/);
    expect(message({ alpha: '1.5', front: 'door' })).toMatch(/goodnet:front: [\s\S]*goodnet:alpha: /);
    expect(message({ auth: 'jwt' })).toMatch(/needs goodnet:jwtIssuer and goodnet:jwtAudience/);
    expect(message({ name: '-' })).toMatch(/goodnet:name: letters, digits and -/);
    const jwt = { auth: 'jwt', jwtIssuer: 'https://idp.example.com', jwtAudience: 'a' };
    expect(message({ ...jwt, front: 'function-url' })).toMatch(/can't check a JWT/);
    expect(message({ signingKey: 'alias/key' })).toMatch(/goodnet:signingKey: the ARN of a key in KMS/);
    const trustKeys = 'arn:aws:kms:eu-central-1:123456789012:key/1';
    expect(message({ signing: 'none', trustKeys })).toMatch(/no use for goodnet:signingKey/);
    expect(message({ signing: 'none', leastSerial: '5' })).toMatch(
      /goodnet:leastSerial is of what is signed/,
    );
    expect(message({ endpoint: 'false', screening: 'false', repair: 'false' })).toMatch(/nothing to watch/);
  });
});

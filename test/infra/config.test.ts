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

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['a flag for a number', { maxShares: true }, /goodnet:maxShares: .*number/],
    ['no number', { maxShares: '' }, /goodnet:maxShares: .*number/],
    ['null for a number', { reservedConcurrency: null }, /goodnet:reservedConcurrency: .*number/],
    ['a list for a number', { throttleRate: ['5'] }, /goodnet:throttleRate: .*number/],
    ['words for a number', { memory: '2 GB' }, /goodnet:memory: .*number/],
    [
      'no address',
      { alarmEmails: 'ops@example.com, ops' },
      /goodnet:alarmEmails.1: ops is no e-mail address/,
    ],
    ['no scheme', { origins: 'app.example.com' }, /goodnet:origins.0: app.example.com is no origin/],
    ['a slash at its end', { origins: 'https://app.example.com/' }, /goodnet:origins.0: .* is no origin/],
    ['a path', { origins: ['https://app.example.com/x'] }, /goodnet:origins.0: .* is no origin/],
    ['no such machine', { instanceTypes: 'foo' }, /goodnet:instanceTypes.0: foo is no machine .*g4dn.xlarge/],
    ['a typo', { instanceTypes: 'g5.xlarge,g6.xlrge' }, /goodnet:instanceTypes.1: g6.xlrge/],
    ['no GPU', { instanceTypes: 'm5.xlarge' }, /goodnet:instanceTypes.0: m5.xlarge/],
    ['ARM', { instanceTypes: 'g5g.xlarge' }, /goodnet:instanceTypes.0: g5g.xlarge/],
    ['no machines', { instanceTypes: '' }, /goodnet:instanceTypes: one machine, or more/],
    [
      'more kept started than are reserved',
      { front: 'function-url', provisionedConcurrency: '60' },
      /goodnet:provisionedConcurrency \(60\) is of goodnet:reservedConcurrency \(50/,
    ],
    [
      'the same with an API',
      { provisionedConcurrency: 3, reservedConcurrency: 2 },
      /goodnet:provisionedConcurrency \(3\)/,
    ],
    ['verdicts nowhere', { tags: 'false', results: '' }, /goodnet:tags, goodnet:results and goodnet:events/],
    [
      'results where is screened',
      { results: 'uploads/x' },
      /goodnet:results \(uploads\/x\) lies in goodnet:/,
    ],
    ['uploads in the quarantine', { quarantine: 'a', uploadsPrefix: 'a/b' }, /lies in goodnet:quarantine/],
    ['a slash', { quarantine: 'flagged/' }, /goodnet:quarantine: no slash at its ends/],
    ['all reads guarded', { guardReads: true, uploadsPrefix: '' }, /goodnet:guardReads of a whole bucket/],
  ])('refuses what can not work, by the name of the option: %s', (_, options, why) => {
    expect(() => read(options)).toThrow(why);
  });

  it.each(['GoodNet:repair', 'goodnet.repair', 'Goodnet-repair', 'good-net:repair'])(
    'passes over no name that is meant for it: %s',
    (name) => {
      expect(() => readConfig(newApp({ [name]: 'false' }).node)).toThrow(
        `${name} is not an option: they are called goodnet:NAME, such as goodnet:repair`,
      );
    },
  );

  it('takes what works', () => {
    const options = {
      instanceTypes: 'g6.xlarge, g5.2xlarge',
      origins: 'http://localhost:3000,*',
      alarmEmails: ['ops@example.com'],
      provisionedConcurrency: '50',
      reservedConcurrency: ' 50 ',
      alpha: '1e-3',
      uploadsBucket: 'pictures',
      uploadsPrefix: '',
    };
    expect(read(options)).toMatchObject({
      instanceTypes: ['g6.xlarge', 'g5.2xlarge'],
      origins: ['http://localhost:3000', '*'],
      reservedConcurrency: 50,
      alpha: 0.001,
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

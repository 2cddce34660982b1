import { describe, expect, it } from 'vitest';
import { synthesize } from './synth';

describe('cdk-nag, AwsSolutions', () => {
  for (const options of [
    {},
    { front: 'function-url', signing: 'none', engine: 'node', uploadsBucket: 'pictures', quarantine: 'flagged' },
    { auth: 'jwt', jwtIssuer: 'https://idp.example.com', jwtAudience: 'goodnet', origins: 'https://app.example.com' },
    { retain: false, events: true, alarmEmails: 'ops@example.com', provisionedConcurrency: 2 },
  ]) {
    it(`finds nothing that is not explained: ${JSON.stringify(options)}`, () => {
      expect(synthesize(options).findings()).toEqual([]);
    });
  }
});

import { Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { allow } from '../../infra/iam';
import { findings, newApp, synthesize, VARIANTS } from './synth';

describe('cdk-nag, AwsSolutions', () => {
  for (const options of VARIANTS) {
    it(`finds nothing that is not explained: ${JSON.stringify(options)}`, () => {
      expect(synthesize(options).findings()).toEqual([]);
    });
  }
});

describe('the check itself', () => {
  it('finds a bucket that is open, and a wildcard without a reason', () => {
    const app = newApp();
    const stack = new Stack(app, 'Open');
    new Bucket(stack, 'Bucket');
    expect(findings(app).join()).toMatch(/AwsSolutions-S1 at Open\/Bucket/);
    const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    allow(role, { actions: ['s3:GetObject'], resources: ['*'] });
    expect(() => app.synth()).toThrow(/A wildcard without a reason: Resource::\*/);
  });
});

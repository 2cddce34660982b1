import type { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { synthesize } from './synth';

describe('the stacks', () => {
  const app = synthesize();

  it('are made of these resources, and no others', () => {
    const counted = ['Artifacts', 'Repair', 'Endpoint', 'Screening', 'Watch'].map((what) => [
      what,
      counts(app.template(what)),
    ]);
    expect(Object.fromEntries(counted)).toMatchInlineSnapshot(`
      {
        "Artifacts": {
          "AWS::IAM::ManagedPolicy": 1,
          "AWS::KMS::Key": 1,
          "AWS::S3::Bucket": 2,
          "AWS::S3::BucketPolicy": 2,
        },
        "Endpoint": {
          "AWS::ApiGatewayV2::Api": 1,
          "AWS::ApiGatewayV2::Integration": 1,
          "AWS::ApiGatewayV2::Route": 2,
          "AWS::ApiGatewayV2::Stage": 1,
          "AWS::IAM::Policy": 1,
          "AWS::IAM::Role": 1,
          "AWS::Lambda::Alias": 1,
          "AWS::Lambda::Function": 1,
          "AWS::Lambda::Permission": 2,
          "AWS::Lambda::Version": 1,
          "AWS::Logs::LogGroup": 2,
        },
        "Repair": {
          "AWS::Batch::ComputeEnvironment": 2,
          "AWS::Batch::JobDefinition": 1,
          "AWS::Batch::JobQueue": 2,
          "AWS::EC2::FlowLog": 1,
          "AWS::EC2::InternetGateway": 1,
          "AWS::EC2::LaunchTemplate": 1,
          "AWS::EC2::Route": 2,
          "AWS::EC2::RouteTable": 2,
          "AWS::EC2::SecurityGroup": 1,
          "AWS::EC2::Subnet": 2,
          "AWS::EC2::SubnetRouteTableAssociation": 2,
          "AWS::EC2::VPC": 1,
          "AWS::EC2::VPCEndpoint": 1,
          "AWS::EC2::VPCGatewayAttachment": 1,
          "AWS::Events::Rule": 1,
          "AWS::IAM::InstanceProfile": 2,
          "AWS::IAM::Policy": 7,
          "AWS::IAM::Role": 8,
          "AWS::Lambda::Function": 2,
          "AWS::Logs::LogGroup": 5,
          "AWS::SQS::Queue": 1,
          "AWS::SQS::QueuePolicy": 1,
          "AWS::StepFunctions::StateMachine": 1,
        },
        "Screening": {
          "AWS::Events::Rule": 1,
          "AWS::IAM::Policy": 3,
          "AWS::IAM::Role": 3,
          "AWS::Lambda::EventSourceMapping": 1,
          "AWS::Lambda::Function": 2,
          "AWS::Logs::LogGroup": 3,
          "AWS::S3::Bucket": 2,
          "AWS::S3::BucketPolicy": 2,
          "AWS::SQS::Queue": 3,
          "AWS::SQS::QueuePolicy": 3,
          "AWS::StepFunctions::StateMachine": 1,
        },
        "Watch": {
          "AWS::CloudWatch::Alarm": 14,
          "AWS::CloudWatch::Dashboard": 1,
          "AWS::Events::Rule": 1,
          "AWS::SNS::Topic": 1,
          "AWS::SNS::TopicPolicy": 1,
        },
      }
    `);
  });
});

/** How many resources there are of each type. */
function counts(template: Template): Record<string, number> {
  const made: Record<string, number> = {};
  for (const { Type } of Object.values(template.toJSON().Resources as Record<string, { Type: string }>))
    made[Type] = (made[Type] ?? 0) + 1;
  return made;
}

import { Aspects } from 'aws-cdk-lib';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnTopic } from 'aws-cdk-lib/aws-sns';
import type { IConstruct } from 'constructs';

/**
 * Has every log group and topic below encrypted with a key in KMS of the operator's own (without one, CloudWatch encrypts logs with
 * a key of its own, and SNS nothing). The key's policy must let `logs.REGION.amazonaws.com`, `cloudwatch.amazonaws.com` and
 * `events.amazonaws.com` use it; the last without aws:SourceAccount or aws:SourceArn, which EventBridge does not give for topics (SNS's
 * Developer Guide, key management).
 */
export function encryptWith(scope: IConstruct, keyArn: string): void {
  Aspects.of(scope).add({
    visit(node) {
      if (node instanceof CfnLogGroup) node.kmsKeyId = keyArn;
      if (node instanceof CfnTopic) node.kmsMasterKeyId = keyArn;
    },
  });
}

import { AnyPrincipal, Effect, type IRole, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';

/** Who bears it, as the tag `goodnet` of the role or user, reads what is flagged, to look at it or to release it. */
const REVIEWER = 'reviewer';

/**
 * Has the bucket refuse to hand out uploads, and what is in quarantine, unless they are tagged clean: those that are flagged, and
 * those that nobody has looked at yet. Nobody but the screening sets that tag.
 * @param screening the roles that screen
 * @param prefixes where uploads and flagged ones lie
 */
export function guardReads(uploads: IBucket, screening: readonly IRole[], prefixes: readonly string[]): void {
  const others = { ArnNotEquals: { 'aws:PrincipalArn': screening.map(({ roleArn }) => roleArn) } };
  const notReviewer = { 'aws:PrincipalTag/goodnet': REVIEWER };
  const resources = prefixes.map((prefix) => uploads.arnForObjects(prefix === '' ? '*' : `${prefix}/*`));
  const statement = (sid: string, actions: string[], conditions: Record<string, object>) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions,
      resources,
      conditions,
    });
  const denials = [
    statement('NothingUnscreenedIsRead', ['s3:GetObject', 's3:GetObjectVersion'], {
      ...others,
      // An object without the tag is denied, too.
      StringNotEquals: { ...notReviewer, 's3:ExistingObjectTag/goodnet': 'clean' },
    }),
    statement('NobodyElseSaysClean', ['s3:PutObject', 's3:PutObjectTagging', 's3:PutObjectVersionTagging'], {
      ...others,
      StringNotEquals: notReviewer,
      // `GoodNet` as well: conditions may take keys of tags in any case for one.
      'ForAnyValue:StringEqualsIgnoreCase': { 's3:RequestObjectTagKeys': ['goodnet'] },
    }),
    statement('NobodyElseTakesTagsAway', ['s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'], {
      ...others,
      StringNotEquals: notReviewer,
    }),
  ];
  for (const each of denials) {
    const { statementAdded } = uploads.addToResourcePolicy(each);
    if (!statementAdded)
      throw new Error(
        'GoodNetScreening: guardReads needs a bucket of its own: the policy of an existing one is not ours to write.',
      );
  }
}

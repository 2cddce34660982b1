import { regionHere } from '../../models/aws-region';

/** How long AWS may take to tell who asks, in milliseconds. */
const WITHIN = 5000;
/** Of AWS itself, as AWS_ENDPOINT_URL_S3 may name an endpoint of a network of one's own. */
const OF_AWS = /^https:\/\/([\w.-]+\.)?amazonaws\.com(\.cn)?(:\d+)?(\/|$)/;

/**
 * Who asks, by the credentials at hand: the ARN of a user, or of a session of a role, as STS tells it, which takes no permission.
 * Undefined where there are no credentials, STS tells nothing, or S3 is another's server, whose credentials are no business of AWS's.
 */
export async function callerArn(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  const s3 = env.AWS_ENDPOINT_URL_S3;
  if (s3 && !OF_AWS.test(s3) && !env.AWS_ENDPOINT_URL_STS && !env.AWS_ENDPOINT_URL) return undefined;
  const { GetCallerIdentityCommand, STSClient } = await import('@aws-sdk/client-sts');
  const client = new STSClient({ maxAttempts: 1, ...regionHere() });
  try {
    const abortSignal = AbortSignal.timeout(WITHIN);
    return (await client.send(new GetCallerIdentityCommand({}), { abortSignal })).Arn;
  } catch {
    return undefined;
  } finally {
    client.destroy();
  }
}

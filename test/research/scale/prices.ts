/**
 * List prices that are reckoned with: US East (N. Virginia), dollars, without free tiers and discounts, as AWS's price
 * pages had them in the first half of 2026. They were written down by hand, and nothing fetches them: look them up again
 * before you rely on them.
 */
export const AS_OF = '2026-06';

interface Price {
  readonly usd: number;
  /** Of what. */
  readonly per: string;
  /** The page of AWS that it is from. */
  readonly source: string;
}

const MILLION = 1e6;

export const PRICES = {
  lambdaGbSecond: { usd: 0.0000133334, per: 'GB-second, arm64', source: 'AWS Lambda pricing' },
  lambdaRequest: { usd: 0.2 / MILLION, per: 'call', source: 'AWS Lambda pricing' },
  httpApiRequest: { usd: 1 / MILLION, per: 'request, HTTP API', source: 'Amazon API Gateway pricing' },
  s3Write: { usd: 0.005 / 1000, per: 'PUT, COPY, LIST', source: 'Amazon S3 pricing' },
  s3Read: { usd: 0.0004 / 1000, per: 'GET', source: 'Amazon S3 pricing' },
  s3Tag: { usd: 0.01 / 10_000, per: 'tag and month', source: 'Amazon S3 pricing' },
  s3GbMonth: { usd: 0.023, per: 'GB and month', source: 'Amazon S3 pricing' },
  sqsRequest: { usd: 0.4 / MILLION, per: 'request', source: 'Amazon SQS pricing' },
  event: { usd: 1 / MILLION, per: 'event of S3 (opt-in)', source: 'Amazon EventBridge pricing' },
  expressRequest: {
    usd: 1 / MILLION,
    per: 'express workflow',
    source: 'AWS Step Functions pricing',
  },
  expressGbSecond: { usd: 0.06 / 3600, per: 'GB-second, express', source: 'AWS Step Functions pricing' },
  logGb: { usd: 0.5, per: 'GB of logs', source: 'Amazon CloudWatch pricing' },
  kmsKeyMonth: { usd: 1, per: 'key and month', source: 'AWS KMS pricing' },
  alarmMonth: { usd: 0.1, per: 'metric in an alarm and month', source: 'Amazon CloudWatch pricing' },
  metricMonth: { usd: 0.3, per: 'metric of our own and month', source: 'Amazon CloudWatch pricing' },
  ecrGbMonth: { usd: 0.1, per: 'GB of images and month', source: 'Amazon ECR pricing' },
  gpuHour: { usd: 0.526, per: 'hour of g4dn.xlarge', source: 'Amazon EC2 on-demand pricing' },
} satisfies Record<string, Price>;

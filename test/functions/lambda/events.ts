/** An event of API Gateway's HTTP API (payload 2.0), or of a function URL, which is like it. */
export function httpEvent(
  from: 'http-api' | 'function-url',
  method: string,
  path: string,
  body?: Uint8Array,
): object {
  const isUrl = from === 'function-url';
  const id = isUrl ? 'k7dq2h4yq5n6zj3p0m1x8w9v2c4b6a8s' : 'a1b2c3d4e5';
  const domainName = isUrl
    ? `${id}.lambda-url.us-east-1.on.aws`
    : `${id}.execute-api.us-east-1.amazonaws.com`;
  const [rawPath, rawQueryString = ''] = path.split('?');
  return {
    version: '2.0',
    routeKey: isUrl ? '$default' : 'ANY /{proxy+}',
    rawPath,
    rawQueryString,
    headers: {
      accept: '*/*',
      'content-length': `${body?.length ?? 0}`,
      'content-type': 'image/png',
      host: domainName,
      'user-agent': 'curl/8.14.1',
      'x-amz-date': '20260310T051623Z',
      'x-amzn-trace-id': 'Root=1-68a1b2c3-0123456789abcdef01234567',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: id,
      authorizer: {
        iam: {
          accessKey: 'ASIAEXAMPLE',
          accountId: '123456789012',
          callerId: 'AROAEXAMPLE:app',
          cognitoIdentity: null,
          principalOrgId: null,
          userArn: 'arn:aws:sts::123456789012:assumed-role/app/app',
          userId: 'AROAEXAMPLE:app',
        },
      },
      domainName,
      domainPrefix: id,
      http: {
        method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '203.0.113.7',
        userAgent: 'curl/8.14.1',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: isUrl ? '$default' : 'ANY /{proxy+}',
      stage: '$default',
      time: '10/Mar/2026:05:16:23 +0000',
      timeEpoch: 1773119783000,
    },
    ...(isUrl ? {} : { pathParameters: { proxy: rawPath!.slice(1) } }),
    ...(body && { body: Buffer.from(body).toString('base64') }),
    isBase64Encoded: body !== undefined,
  };
}

/** An event of SQS with what EventBridge tells of objects that came into S3. */
export function uploadedEvent(bucket: string, keys: readonly string[]): object {
  return {
    Records: keys.map((key, i) => ({
      messageId: `message-${i}`,
      receiptHandle: 'AQEBexample',
      body: JSON.stringify({
        version: '0',
        id: '17793124-05d4-b198-2fde-7ededc63b103',
        'detail-type': 'Object Created',
        source: 'aws.s3',
        account: '123456789012',
        time: '2026-03-10T05:16:23Z',
        region: 'us-east-1',
        resources: [`arn:aws:s3:::${bucket}`],
        detail: {
          version: '0',
          bucket: { name: bucket },
          object: {
            key,
            size: 1234,
            etag: 'b1946ac92492d2347c6235b4d2611184',
            sequencer: '00617F08299329D189',
          },
          'request-id': 'N4N7GDK58NMKJ12R',
          requester: '123456789012',
          'source-ip-address': '203.0.113.7',
          reason: 'PutObject',
        },
      }),
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1773119783000',
        SenderId: 'AIDAEXAMPLE',
        ApproximateFirstReceiveTimestamp: '1773119783001',
      },
      messageAttributes: {},
      md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:123456789012:goodnet-uploads',
      awsRegion: 'us-east-1',
    })),
  };
}

/** What a Step Functions Distributed Map hands over of a listing. */
export function batchEvent(bucket: string, keys: readonly string[]): object {
  return {
    BatchInput: { bucket },
    Items: keys.map((Key) => ({
      Etag: '"b1946ac92492d2347c6235b4d2611184"',
      Key,
      LastModified: 1773119783,
      Size: 1234,
      StorageClass: 'STANDARD',
    })),
  };
}

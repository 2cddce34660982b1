import { describe, expect, it } from 'vitest';
import { createApp } from '../../functions/app';
import { LAMBDA_LIMITS, lambdaHandler } from '../../functions/lambda/http';
import { colours, plain } from './stand-in';

const handler = lambdaHandler(createApp({ classifier: colours, engine: 'none' }));
type Event = Parameters<typeof handler>[0];

/** An event as API Gateway's HTTP API (payload 2.0) sends it. */
function httpEvent(method: string, path: string, body?: Buffer): Event {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {
      accept: '*/*',
      'content-length': `${body?.length ?? 0}`,
      'content-type': 'image/png',
      host: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      'user-agent': 'curl/8.5.0',
      'x-amzn-trace-id': 'Root=1-68a1b2c3-0123456789abcdef01234567',
      'x-forwarded-for': '203.0.113.7',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      domainName: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      domainPrefix: 'a1b2c3d4e5',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.7', userAgent: 'curl/8.5.0' },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: '$default',
      stage: '$default',
      time: '10/Mar/2026:05:16:23 +0000',
      timeEpoch: 1773119783000,
    },
    body: body?.toString('base64') ?? null,
    isBase64Encoded: body !== undefined,
  } as unknown as Event;
}

/** An event as API Gateway's REST API (payload 1.0) sends it. */
function restEvent(method: string, path: string, body: Buffer): Event {
  return {
    version: '1.0',
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: { 'Content-Type': 'image/png', Host: 'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com' },
    multiValueHeaders: { 'Content-Type': ['image/png'] },
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: {
      accountId: '123456789012',
      apiId: 'a1b2c3d4e5',
      httpMethod: method,
      path,
      stage: 'prod',
    },
    body: body.toString('base64'),
    isBase64Encoded: true,
  } as unknown as Event;
}

describe('lambdaHandler', () => {
  it('answers an image of an HTTP API event', async () => {
    const result = await handler(httpEvent('POST', '/v1/classify', await plain().png().toBuffer()));
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(result.headers?.['content-type']).toBe('application/json');
    expect(JSON.parse(result.body)).toMatchObject({ class: 2, className: 'blue', bundle: colours.id });
  });

  it('answers an image of a REST API event', async () => {
    const result = await handler(restEvent('POST', '/v1/classify', await plain().jpeg().toBuffer()));
    expect(result).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(JSON.parse(result.body)).toMatchObject({ class: 2 });
  });

  it('tells of no larger requests than an event holds', () => {
    const most = LAMBDA_LIMITS.maxRequestBytes!;
    const asIs = httpEvent('POST', '/v1/classify', Buffer.alloc(4.5e6));
    const json = { ...httpEvent('POST', '/v1/classify'), body: 'x'.repeat(most), isBase64Encoded: false };
    for (const event of [asIs, json]) expect(JSON.stringify(event).length).toBeLessThan(6 * 2 ** 20);
  });

  it('answers problems as text', async () => {
    for (const [event, status] of [
      [httpEvent('POST', '/v1/classify'), 400],
      [httpEvent('POST', '/v1/classify', Buffer.from('no image')), 415],
      [httpEvent('GET', '/v1/classify'), 405],
      [httpEvent('GET', '/nix'), 404],
    ] as const) {
      const result = await handler(event);
      expect(result).toMatchObject({ statusCode: status, isBase64Encoded: false });
      expect(JSON.parse(result.body)).toMatchObject({ status });
    }
  });

  it('tells of its health', async () => {
    const result = await handler(httpEvent('GET', '/health'));
    expect(JSON.parse(result.body)).toMatchObject({ status: 'ok', engine: 'none' });
  });
});

import { type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  CorsHttpMethod,
  HttpApi,
  HttpMethod,
  HttpStage,
  type IHttpRouteAuthorizer,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer, HttpJwtAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { Alias } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { deliveredLogs } from '../logs';

/** Who may ask: whom IAM lets, or who brings a token that an issuer has signed. */
export type EndpointAuth =
  | { readonly kind: 'iam' }
  | { readonly kind: 'jwt'; readonly issuer: string; readonly audience: readonly string[] };

export interface ApiProps {
  readonly target: Alias;
  readonly auth: EndpointAuth;
  /** Requests a second that are let through, and how many at once beyond that. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  readonly origins: readonly string[];
  readonly removalPolicy: RemovalPolicy;
}

/** What pages of other origins may send; `x-amz-…` is what AWS's own signer adds (SigV4). */
export const CORS_HEADERS = [
  'authorization',
  'content-type',
  'x-request-id',
  'x-amz-content-sha256',
  'x-amz-date',
  'x-amz-security-token',
];

/** An HTTP API in front of the function: every path, authorized, throttled, with access logs. */
export function httpApi(scope: Construct, props: ApiProps): { api: HttpApi; stage: HttpStage } {
  const { target, auth, throttle, origins, removalPolicy } = props;
  const api = new HttpApi(scope, 'Api', {
    apiName: `${Stack.of(scope).stackName}-classify`,
    createDefaultStage: false,
    defaultAuthorizer: authorizer(auth),
    corsPreflight: origins.length === 0 ? undefined : cors(origins),
  });
  const integration = new HttpLambdaIntegration('Classify', target);
  for (const path of ['/', '/{proxy+}']) {
    // With CORS, OPTIONS is answered by the API itself, to everybody.
    const methods =
      origins.length === 0 ? [HttpMethod.ANY] : [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST];
    api.addRoutes({ path, methods, integration });
  }
  const logGroup = deliveredLogs(scope, 'AccessLogs', 'apis', removalPolicy);
  const stage = new HttpStage(scope, 'Stage', {
    httpApi: api,
    stageName: '$default',
    autoDeploy: true,
    throttle: { rateLimit: throttle.rate, burstLimit: throttle.burst },
    accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS },
    detailedMetricsEnabled: false,
  });
  return { api, stage };
}

const ACCESS = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    ip: '$context.identity.sourceIp',
    caller: '$context.identity.caller',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    bytes: '$context.responseLength',
    milliseconds: '$context.responseLatency',
    error: '$context.error.message',
  }),
);

function authorizer(auth: EndpointAuth): IHttpRouteAuthorizer {
  if (auth.kind === 'iam') return new HttpIamAuthorizer();
  return new HttpJwtAuthorizer('Jwt', auth.issuer, { jwtAudience: [...auth.audience] });
}

function cors(origins: readonly string[]) {
  return {
    allowOrigins: [...origins],
    allowMethods: [CorsHttpMethod.GET, CorsHttpMethod.HEAD, CorsHttpMethod.POST],
    allowHeaders: [...CORS_HEADERS],
  };
}

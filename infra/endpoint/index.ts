import { CfnOutput, Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import {
  type FunctionUrl,
  FunctionUrlAuthType,
  type FunctionUrlCorsOptions,
  HttpMethod,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { allow } from '../iam';
import type { StoreLocation } from '../store';
import { CORS_HEADERS, type EndpointAuth, httpApi } from './api';
import { ClassifierFunction, type LambdaEngine } from './function';

export type { EndpointAuth } from './api';
export type { LambdaEngine } from './function';

export interface GoodNetEndpointProps {
  /** Where the bundles are. */
  readonly store: StoreLocation;
  /** What stands in front of the function. Default `http-api`. */
  readonly front?: 'http-api' | 'function-url';
  /** Who may ask. Default: whom IAM lets. JWT needs the HTTP API. */
  readonly auth?: EndpointAuth;
  /** What runs the nets. Default `wasm`. */
  readonly engine?: LambdaEngine;
  /** The function's memory in megabytes; 1769 is one processor. Default 1769, with `node` 3008. */
  readonly memory?: number;
  /** Instances that are kept started, and paid for, all the time. Default 0. */
  readonly provisionedConcurrency?: number;
  /** The most instances at once, and kept free for this function. Default: no limit but the account's. */
  readonly reservedConcurrency?: number;
  /** Requests a second that the HTTP API lets through, and how many at once beyond. Default 100 and 200. */
  readonly throttle?: { readonly rate: number; readonly burst: number };
  /** Origins whose pages may ask (CORS). Default none. */
  readonly origins?: readonly string[];
  /** Whether the log has a line of each image: digest and verdict, nothing of its content. Default: no. */
  readonly audit?: boolean;
  /** What metrics are told from other deployments' by: their dimension `service`. Default: the stack's name. */
  readonly service?: string;
  /** What becomes of the logs when the stack is deleted. Default: they stay. */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * The service on Lambda, behind an HTTP API or a function URL. Nobody may ask whom IAM, or a token's issuer, does not
 * let.
 *
 * @example
 * const endpoint = new GoodNetEndpoint(this, 'Endpoint', { store: artifacts.store });
 * endpoint.allowAsking(appRole);
 */
export class GoodNetEndpoint extends Construct {
  /** Where to ask, without a slash at the end. */
  readonly url: string;
  /** The dimension `service` of its metrics. */
  readonly service: string;
  readonly classifier: ClassifierFunction;
  readonly api: HttpApi | undefined;
  readonly stage: HttpStage | undefined;
  readonly functionUrl: FunctionUrl | undefined;
  private readonly auth: EndpointAuth;

  constructor(scope: Construct, id: string, props: GoodNetEndpointProps) {
    super(scope, id);
    const { store, front = 'http-api', auth = { kind: 'iam' }, engine = 'wasm', origins = [] } = props;
    const { removalPolicy = RemovalPolicy.RETAIN, throttle = { rate: 100, burst: 200 } } = props;
    if (front === 'function-url' && auth.kind === 'jwt') {
      throw new Error(
        "GoodNetEndpoint: a function URL can't check a JWT. Take front: 'http-api', or auth: IAM.",
      );
    }
    this.service = props.service ?? Stack.of(this).stackName;
    this.classifier = new ClassifierFunction(this, 'Classifier', {
      store,
      engine,
      memory: props.memory ?? (engine === 'wasm' ? 1769 : 3008),
      provisionedConcurrency: props.provisionedConcurrency ?? 0,
      reservedConcurrency: props.reservedConcurrency,
      audit: props.audit ?? false,
      service: this.service,
      removalPolicy,
    });
    const { alias } = this.classifier;
    if (front === 'http-api') {
      const { api, stage } = httpApi(this, { target: alias, auth, throttle, origins, removalPolicy });
      this.api = api;
      this.stage = stage;
      this.url = api.apiEndpoint;
    } else {
      this.functionUrl = alias.addFunctionUrl({
        authType: FunctionUrlAuthType.AWS_IAM,
        cors: origins.length === 0 ? undefined : urlCors(origins),
      });
      // It ends in a slash.
      this.url = Fn.join('', ['https://', Fn.select(2, Fn.split('/', this.functionUrl.url))]);
    }
    this.auth = auth;
    new CfnOutput(this, 'Url', { value: this.url, description: 'Where to ask' });
    new CfnOutput(this, 'TryIt', { value: this.tryIt(), description: 'Classifies face.png' });
  }

  /** Lets somebody ask, where IAM decides who may. */
  allowAsking(role: IRole): void {
    if (this.auth.kind !== 'iam') {
      throw new Error('GoodNetEndpoint: its callers bring a JWT; IAM does not decide who may ask.');
    }
    if (this.functionUrl) {
      this.functionUrl.grantInvokeUrl(role);
      return;
    }
    allow(role, {
      sid: 'AskGoodNet',
      actions: ['execute-api:Invoke'],
      resources: this.api ? [this.api.arnForExecuteApi('*', '/*', '$default')] : [],
      because: 'The endpoint as a whole: its methods and the models in its paths are not known beforehand.',
    });
  }

  /** A line for a shell that classifies face.png. */
  private tryIt(): string {
    const ask = `--data-binary @face.png ${this.url}/v1/classify`;
    if (this.auth.kind === 'jwt') return `curl -H "Authorization: Bearer $TOKEN" ${ask}`;
    const service = this.functionUrl ? 'lambda' : 'execute-api';
    const { region } = Stack.of(this);
    return [
      `curl --aws-sigv4 "aws:amz:${region}:${service}" --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"`,
      // An empty header would be signed, but not sent.
      `\${AWS_SESSION_TOKEN:+"-Hx-amz-security-token: $AWS_SESSION_TOKEN"}`,
      `-H "content-type: image/png" ${ask}`,
    ].join(' ');
  }
}

function urlCors(origins: readonly string[]): FunctionUrlCorsOptions {
  return {
    allowedOrigins: [...origins],
    allowedMethods: [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST],
    allowedHeaders: [...CORS_HEADERS],
  };
}

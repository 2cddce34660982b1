import { CfnOutput, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { FunctionUrlAuthType, HttpMethod } from 'aws-cdk-lib/aws-lambda';
import type { HttpApi, HttpStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { type IGrantable, type IRole } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { StoreLocation } from '../store';
import { type EndpointAuth, httpApi } from './api';
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
  readonly classifier: ClassifierFunction;
  readonly api: HttpApi | undefined;
  readonly stage: HttpStage | undefined;
  private readonly grant: (grantee: IGrantable) => void;

  constructor(scope: Construct, id: string, props: GoodNetEndpointProps) {
    super(scope, id);
    const { store, front = 'http-api', auth = { kind: 'iam' }, engine = 'wasm', origins = [] } = props;
    const { removalPolicy = RemovalPolicy.RETAIN, throttle = { rate: 100, burst: 200 } } = props;
    if (front === 'function-url' && auth.kind === 'jwt') {
      throw new Error("GoodNetEndpoint: a function URL can't check a JWT. Take front: 'http-api', or auth: IAM.");
    }
    this.classifier = new ClassifierFunction(this, 'Classifier', {
      store,
      engine,
      memory: props.memory ?? (engine === 'wasm' ? 1769 : 3008),
      provisionedConcurrency: props.provisionedConcurrency ?? 0,
      reservedConcurrency: props.reservedConcurrency,
      removalPolicy,
    });
    const { alias } = this.classifier;
    if (front === 'http-api') {
      const { api, stage } = httpApi(this, { target: alias, auth, throttle, origins, removalPolicy });
      this.api = api;
      this.stage = stage;
      this.url = api.apiEndpoint;
      this.grant = (grantee) => {
        grantee.grantPrincipal.addToPrincipalPolicy;
      };
    } else {
      const url = alias.addFunctionUrl({
        authType: FunctionUrlAuthType.AWS_IAM,
        cors: origins.length === 0 ? undefined : { allowedOrigins: [...origins], allowedMethods: [HttpMethod.ALL] },
      });
      this.url = url.url;
      this.grant = (grantee) => url.grantInvokeUrl(grantee);
    }
  }
}

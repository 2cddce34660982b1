import { Duration, type RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import {
  Alias,
  Architecture,
  DockerImageCode,
  DockerImageFunction,
  Function as LambdaFunction,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { ONLY_WHAT_IMAGES_NEED } from '../container-files';
import { canBuildImage } from '../docker';
import { functionCode, HANDLERS } from '../lambda/code';
import { storeEnvironment } from '../lambda/environment';
import { roleWithLogs } from '../lambda/role';
import { packageRoot } from '../package-root';
import { allowReading, type StoreLocation } from '../store';

/** `wasm`: a zip on arm64, which starts in a quarter of a second. `node`: a container with tfjs-node, on x64. */
export type LambdaEngine = 'wasm' | 'node';

export interface ClassifierFunctionProps {
  readonly store: StoreLocation;
  readonly engine: LambdaEngine;
  /** In megabytes. */
  readonly memory: number;
  readonly provisionedConcurrency: number;
  readonly reservedConcurrency: number | undefined;
  readonly audit: boolean;
  readonly service: string;
  readonly removalPolicy: RemovalPolicy;
}

/** The function that answers HTTP events, and the alias that they go to. */
export class ClassifierFunction extends Construct {
  readonly function: LambdaFunction;
  readonly alias: Alias;

  constructor(scope: Construct, id: string, props: ClassifierFunctionProps) {
    super(scope, id);
    const { store, engine, memory, provisionedConcurrency, reservedConcurrency, audit, removalPolicy } =
      props;
    const { role, logGroup } = roleWithLogs(this, removalPolicy);
    allowReading(store, role);
    const shared = {
      role,
      logGroup,
      memorySize: memory,
      timeout: Duration.seconds(29),
      reservedConcurrentExecutions: reservedConcurrency,
      environment: { ...storeEnvironment(store, audit, props.service), GOODNET_ENGINE: engine },
      description: 'GoodNet: classifies images, and tells those with a backdoor',
    };
    this.function =
      engine === 'wasm'
        ? new LambdaFunction(this, 'Function', {
            ...shared,
            runtime: Runtime.NODEJS_24_X,
            architecture: Architecture.ARM_64,
            handler: HANDLERS.endpoint,
            code: functionCode(this, 'arm64'),
          })
        : // A name of its own: one kind can't become the other, and who refers to it is to see that it is another.
          new DockerImageFunction(this, 'Container', {
            ...shared,
            architecture: Architecture.X86_64,
            code: containerCode(this, store),
          });
    this.alias = new Alias(this, 'Live', {
      aliasName: 'live',
      version: this.function.currentVersion,
      provisionedConcurrentExecutions: provisionedConcurrency > 0 ? provisionedConcurrency : undefined,
    });
  }
}

function containerCode(scope: Construct, store: StoreLocation): DockerImageCode {
  if (!canBuildImage(scope, 'goodnet:engine=node', '-c goodnet:engine=wasm', [Stack.of(store.bucket)])) {
    return DockerImageCode.fromEcr(Repository.fromRepositoryName(scope, 'NotBuilt', 'not-built'));
  }
  return DockerImageCode.fromImageAsset(packageRoot(), {
    ...ONLY_WHAT_IMAGES_NEED,
    file: 'functions/Dockerfile',
    platform: Platform.LINUX_AMD64,
  });
}

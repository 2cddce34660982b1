import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Annotations, AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { packageRoot } from '../package-root';
import { type Cpu, imageLibrary } from './image-library';

/** The programs that `npm run build:lambda` makes, each with its handler's name. */
export const HANDLERS = {
  endpoint: 'index.handler',
  screening: 'events.handler',
  backfill: 'backfill.handler',
} as const;

/**
 * What a function's zip holds: the programs that `npm run build:lambda` made, and sharp for its processor. Docker is not
 * needed.
 */
export function functionCode(scope: Construct, cpu: Cpu): Code {
  const programs = join(packageRoot(), 'dist', 'lambda');
  if (!existsSync(join(programs, 'index.mjs'))) {
    throw new Error(`There is no ${join(programs, 'index.mjs')}: run \`npm run build:lambda\` first.`);
  }
  return Code.fromAsset(programs, {
    exclude: ['node_modules'],
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never started: the local steps do it all.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(folder) {
          cpSync(programs, folder, { recursive: true });
          const packages = imageLibrary(cpu);
          if (packages) cpSync(packages, join(folder, 'node_modules'), { recursive: true });
          else warn(scope, cpu);
          return true;
        },
      },
    },
  });
}

function warn(scope: Construct, cpu: Cpu): void {
  Annotations.of(scope).addWarningV2(
    'goodnet:image-library',
    `sharp for linux-${cpu} is not in the cache and the npm registry can't be reached: this is good for looking at templates, not for deploying.`,
  );
}

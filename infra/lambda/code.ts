import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Annotations, AssetHashType, DockerImage, Stack } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { packageRoot } from '../package-root';
import { refuse } from '../refused';
import { type Cpu, imageLibrary } from './sharp-modules';

/** The programs that `npm run build:lambda` makes, each with its handler's name. */
export const HANDLERS = {
  endpoint: 'index.handler',
  screening: 'events.handler',
  backfill: 'backfill.handler',
} as const;

/** What npm keeps for itself in node_modules: links and addresses that are other ones on each machine. */
const OF_NPM = ['.bin', '.package-lock.json'];

/**
 * What a function's zip holds: the programs that `npm run build:lambda` made, and sharp for its processor. Docker is not
 * needed. All of it counts for the zip's name: another sharp, or none, is another zip. Without one, templates are made,
 * but can't be deployed.
 */
export function functionCode(scope: Construct, cpu: Cpu): Code {
  const programs = join(packageRoot(), 'dist', 'lambda');
  if (!existsSync(join(programs, 'index.mjs'))) {
    throw new Error(`There is no ${join(programs, 'index.mjs')}: run \`npm run build:lambda\` first.`);
  }
  const stack = Stack.of(scope);
  const packages = stack.bundlingRequired ? imageLibrary(cpu) : undefined;
  if (stack.bundlingRequired && !packages) refuseWithout(stack, cpu);
  return Code.fromAsset(programs, {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never started: the local steps do it all.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(folder) {
          cpSync(programs, folder, { recursive: true });
          if (packages) {
            const filter = (path: string) => !OF_NPM.includes(basename(path));
            cpSync(packages, join(folder, 'node_modules'), { recursive: true, filter });
          }
          return true;
        },
      },
    },
  });
}

/** Lets templates without sharp be looked at, and CloudFormation refuse them. */
function refuseWithout(stack: Stack, cpu: Cpu): void {
  const says = `sharp for linux-${cpu} is not in the cache and the npm registry can't be reached`;
  Annotations.of(stack).addWarningV2(
    'goodnet:image-library',
    `${says}: this is good for looking at templates, not for deploying. CloudFormation will refuse it.`,
  );
  refuse(
    stack,
    'ImageLibrary',
    `The functions would be without sharp: ${says}. Synthesize again where it can be.`,
  );
}

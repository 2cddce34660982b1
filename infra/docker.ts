import { spawnSync } from 'node:child_process';
import { Annotations, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { refuse } from './refused';

let isRunning: boolean | undefined;

/** Whether Docker, or what CDK_DOCKER names in its place, answers here; asked once. */
function dockerRuns(): boolean {
  isRunning ??=
    spawnSync(process.env.CDK_DOCKER || 'docker', ['info'], { stdio: 'ignore', timeout: 20_000 }).status ===
    0;
  return isRunning;
}

/**
 * Whether an image can be built here. Where it can't, that is said, and CloudFormation refuses the stack, and the others that
 * are given: templates can be looked at, and nothing is deployed of which a part would fail.
 * @param what the image is for
 * @param instead how to do without
 * @param others stacks that are deployed before
 */
export function canBuildImage(
  scope: Construct,
  what: string,
  instead: string,
  others: readonly Stack[] = [],
): boolean {
  const stack = Stack.of(scope);
  // Whoever looks at templates alone needs no image.
  if (!stack.bundlingRequired || dockerRuns()) return true;
  const says = `Docker does not answer here, and the image of ${what} is built with it`;
  Annotations.of(stack).addWarningV2(
    'goodnet:docker',
    `${says}: this is good for looking at templates, not for deploying. Start Docker (\`docker info\` must go well), or do without: ${instead}.`,
  );
  for (const each of new Set([stack, ...others]))
    refuse(each, 'Docker', `${says}. Start it, or take ${instead}, and deploy again.`);
  return false;
}

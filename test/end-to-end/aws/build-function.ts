import { ok } from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type Cpu, imageLibrary } from '../../../infra/lambda/sharp-modules';
import { buildPrograms, zippedBytes } from '../../functions/lambda/programs';
import type { Story } from './story';

/** Makes what a function's zip holds, for this machine's processor: the programs, and sharp as the stacks add it. */
export function buildFunction(story: Story, folder: string): void {
  buildPrograms(folder);
  const bytes = zippedBytes(folder);
  ok(bytes <= 5e6, `the programs have ${bytes} bytes zipped; 5 MB is the limit`);
  story.saw(`${(bytes / 1e6).toFixed(1)} MB zipped, without the image library (limit 5 MB)`);
  const packages = imageLibrary(process.arch as Cpu);
  ok(packages, "sharp can't be had: is the npm registry in reach?");
  cpSync(packages, join(folder, 'node_modules'), { recursive: true });
}

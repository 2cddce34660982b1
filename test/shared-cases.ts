import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const folder = fileURLToPath(new URL('../../shared/cases', import.meta.url));

/** The folder of reported cases, small inputs each (`../shared/cases` from the project's root); undefined where it is absent. */
export const sharedCases: string | undefined = existsSync(folder) ? folder : undefined;

if (sharedCases === undefined)
  console.log('Skipped: there is no ../shared/cases, which does not come with the project.');

/** `describe`, skipped (and reported as skipped) where the reported cases are absent. */
export const describeWithCases = describe.skipIf(sharedCases === undefined);

/** The path of a file of a reported case. */
export function ofCase(...parts: string[]): string {
  return join(sharedCases!, ...parts);
}

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const at = (name: string) => fileURLToPath(new URL(`../../shared/${name}`, import.meta.url));
const folder = at('data');
const cases = at('cases');

/** The folder of real nets and images (`../shared/data` from the project's root); undefined where it is absent. */
export const sharedData: string | undefined = existsSync(folder) ? folder : undefined;

if (sharedData === undefined)
  console.log('Skipped: there is no ../shared/data, which does not come with the project.');

/** `describe`, skipped (and reported as skipped) where the real data is absent. */
export const describeWithData = describe.skipIf(sharedData === undefined);

/** The folder of small inputs that went wrong once, with what is expected of each (`../shared/cases`). */
export const sharedCases: string | undefined = existsSync(cases) ? cases : undefined;

/** `describe`, skipped (and reported as skipped) where those inputs are absent. */
export const describeWithCases = describe.skipIf(sharedCases === undefined);

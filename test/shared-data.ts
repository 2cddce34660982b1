import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';

const folder = fileURLToPath(new URL('../../shared/data', import.meta.url));

/** The folder of real nets and images (`../shared/data` from the project's root); undefined where it is absent. */
export const sharedData: string | undefined = existsSync(folder) ? folder : undefined;

/** `describe`, skipped (and reported as skipped) where the real data is absent. */
export const describeWithData = describe.skipIf(sharedData === undefined);

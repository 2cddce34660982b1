import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// What programs keep for the user is not kept for whoever runs the tests, nor for the tests of another file.
const state = mkdtempSync(join(tmpdir(), 'goodnet-state-'));
process.env.XDG_STATE_HOME = state;
afterAll(() => rmSync(state, { recursive: true, force: true }));

import fc from 'fast-check';
import { test } from 'vitest';
import { realFiles, requests } from './bodies';
import { sendFuzzed } from './send-fuzzed';

// `npm run fuzz` asks a hundred thousand.
test('a thousand bodies: no fault, whatever comes', async () => {
  await fc.assert(
    fc.asyncProperty(requests(await realFiles()), async (request) => {
      await sendFuzzed(request);
    }),
    { numRuns: 1000, seed: 1 },
  );
});

import { expect, it } from 'vitest';
import { skippedLine } from './skipped-reporter';

it('one line tells what was skipped, and which commands bring it', () => {
  expect(skippedLine(0, [])).toBeUndefined();
  const reasons = [
    'node scripts/versitygw.mjs has not been run',
    'Chromium (apt-get install chromium) is lacking',
  ];
  expect(skippedLine(3, reasons)).toBe(
    'Skipped: 3 tests: Chromium (apt-get install chromium) is lacking; node scripts/versitygw.mjs has not been run.',
  );
  expect(skippedLine(1, [])).toBe('Skipped: 1 test: as this machine is.');
});

import { expect, it } from 'vitest';
import { quietly } from '../../models/quiet-aws';

const SWITCH = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

it('the switch is on while a client is made, and as it was afterwards', () => {
  const before = process.env[SWITCH];
  delete process.env[SWITCH];
  expect(quietly(() => process.env[SWITCH])).toBe('true');
  expect(process.env).not.toHaveProperty(SWITCH);
  process.env[SWITCH] = 'false';
  expect(quietly(() => process.env[SWITCH])).toBe('false');
  expect(process.env[SWITCH]).toBe('false');
  if (before === undefined) delete process.env[SWITCH];
  else process.env[SWITCH] = before;
});

import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, it } from 'vitest';
import { openApi } from '../../functions/api/document';
import { LIMITS } from '../../functions/limits';

const TYPES = [
  'application/json',
  'application/problem+json',
  'application/octet-stream',
  'multipart/form-data',
  'image/jpeg',
  'image/png',
  'image/webp',
];

/** All rules there are, but for these. Examples are checked against their schemas, too. */
const config = await createConfig({
  extends: ['all'],
  rules: {
    'request-mime-type': { severity: 'error', allowedValues: TYPES },
    'response-mime-type': { severity: 'error', allowedValues: TYPES },
    // Whoever runs a service is the one to ask, and the service does not know who that is.
    'info-contact': 'off',
    // Whole requests and answers are shown, which tell more than a value of each member.
    'scalar-property-missing-example': 'off',
    // A name may be of any length; what must not be empty (a bucket, a key) says so.
    'required-string-property-missing-min-length': 'off',
    // Tags stand in the order in which one needs them.
    'tags-alphabetical': 'off',
    // The Open Inference Protocol's paths are what they are, and classify, live and ready are no collections.
    'path-segment-plural': 'off',
  },
});

/** The faults of a description: a rule and where, each. */
async function faultsOf(document: object): Promise<string[]> {
  const found = await lintFromString({ source: JSON.stringify(document), config });
  return found.map(({ ruleId, message, location }) => `${ruleId} ${location[0]!.pointer}: ${message}`);
}

/** Of requests that bring nothing none can be wrong, unless a token is wanted. */
const NEVER_WRONG =
  /^operation-4xx-response #\/paths\/~1(v1~1models|health|health~1live|health~1ready|v2|v2~1health~1live|v2~1health~1ready)\/get\//;

describe('a linter', () => {
  it.each([false, true])('finds nothing in /openapi.json, with tokens: %s', async (needsToken) => {
    const faults = await faultsOf(openApi({ needsToken, limits: LIMITS }));
    expect(faults.filter((each) => !NEVER_WRONG.test(each))).toEqual([]);
  });

  it('would find an example that does not fit, and what is not described', async () => {
    const text = JSON.stringify(openApi({ needsToken: false, limits: LIMITS }));
    const wrong = JSON.parse(text.replace('"backdoored":true', '"backdoored":"yes"'));
    wrong.paths['/v1/models'].get.description = undefined;
    wrong.components.examples['Problem.empty'].value.status = 'bad';
    const faults = (await faultsOf(wrong)).join('\n');
    for (const rule of ['no-invalid-media-type-examples #/paths/~1v1~1classify', 'operation-description'])
      expect(faults).toContain(rule);
    expect(faults).toMatch(
      /no-invalid-media-type-examples #\/(components\/examples\/Problem\.empty|paths\/.*400)/,
    );
  });
});

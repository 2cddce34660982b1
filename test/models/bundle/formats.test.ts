import { beforeAll, describe, expect, test } from 'vitest';
import { EARLIER } from '../../../models/bundle/earlier';
import { FORMAT_VERSION } from '../../../models/bundle/manifest';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { fixture, verdictsOf } from '../../fixtures/bundles/fixtures';

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe.each([...EARLIER.keys(), FORMAT_VERSION])('a bundle of format %i', (format) => {
  test.each(['expert', 'fine-prune'])(
    'of the method %s answers as it did when it was made',
    async (method) => {
      const { folder, id, pixels, count, answered } = await fixture(format, method);
      const goodnet = await GoodNet.load(folder);
      expect(goodnet.manifest).toMatchObject({ formatVersion: format, id });
      const verdicts = await goodnet.classify(pixels, count, 2);
      goodnet.dispose();
      expect(verdictsOf(verdicts)).toEqual(verdictsOf(answered));
      verdicts.forEach(({ pValue, suspicion, repaired }, i) => {
        expect(pValue).toBeCloseTo(answered[i]!.pValue, 4);
        expect(suspicion).toBeCloseTo(answered[i]!.suspicion, 2);
        expect(repaired.probability).toBeCloseTo(answered[i]!.repaired.probability, 4);
      });
    },
  );
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { EARLIER } from '../../../models/bundle/earlier';
import { FORMAT_VERSION } from '../../../models/bundle/manifest';
import { startEngine } from '../../../models/engine';
import { GoodNet } from '../../../models/goodnet';
import { folderFiles } from '../../../models/store/folder-files';
import { migrate } from '../../../models/store/migrate';
import { activate } from '../../../models/store/move-pointer';
import { publish } from '../../../models/store/publish';
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

test('a bundle of an earlier format that was migrated answers as it did when it was made', async () => {
  const { folder, id, pixels, count, answered } = await fixture(7, 'expert');
  const store = await mkdtemp(join(tmpdir(), 'goodnet-migrated-'));
  const files = folderFiles(store);
  await publish(folder, files);
  await activate(files, id);
  const { current } = await migrate(files);
  const goodnet = await GoodNet.load(store);
  expect(goodnet.manifest).toMatchObject({ id: current, formatVersion: FORMAT_VERSION });
  expect(verdictsOf(await goodnet.classify(pixels, count, 2))).toEqual(verdictsOf(answered));
  goodnet.dispose();
  await rm(store, { recursive: true });
});

import { describe, expect, it } from 'vitest';
import { ImageError } from '../../../models/errors';
import { openHdf5Set } from '../../../models/images/hdf5';
import { claimingPixels, groupsByText, labelsInOneChunk, repeated } from './hostile-sets';
import { readAll, temporaryFolder } from './write-hdf5';

const folder = temporaryFolder();
const shape = { height: 4, width: 4, channels: 3 };

async function refusal(path: string, options = {}): Promise<string> {
  const reading = openHdf5Set(path, { shape, classes: 3, ...options }).then((set) => readAll(set));
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ImageError);
  return (error as ImageError).message;
}

describe('sets that would hang or swell are refused', () => {
  it('a few kilobytes that claim 6 GB', async () => {
    for (const gzip of [true, false]) {
      const path = await claimingPixels(folder, gzip);
      expect(await refusal(path, { labelsRequired: false })).toMatch(/"data" claims 6000000000 bytes/);
    }
  });

  it('labels in a chunk of gigabytes', async () => {
    expect(await refusal(await labelsInOneChunk(folder))).toMatch(
      /"label" is kept in chunks of 2000000000 bytes/,
    );
  });

  it('groups that all name one long text', async () => {
    const path = await groupsByText(folder, 200, 10_000);
    const [batch] = await readAll(await openHdf5Set(path, { shape, groupDataset: 'group' }), 200);
    expect(batch!.groups!.slice(1, 3)).toEqual(['g0', 'g1']);
    const all = repeated(path, 200, 10_000);
    expect(await refusal(all, { groupDataset: 'group' })).toMatch(/claims more text/);
  });
});

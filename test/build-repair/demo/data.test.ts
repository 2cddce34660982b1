import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeDemoData } from '../../../build-repair/demo/data';

const work = mkdtempSync(join(tmpdir(), 'goodnet-demo-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

it('says that the demo’s images can not be written', async () => {
  const file = join(work, 'file');
  writeFileSync(file, '');
  // A folder in the place of a file.
  const taken = join(work, 'taken');
  mkdirSync(join(taken, 'clean_validation_data.h5', 'more'), { recursive: true });
  for (const [dir, message] of [
    [join(file, 'images'), /^The folder .*images can't be made: ENOTDIR/],
    [taken, /clean_validation_data\.h5 can't be written: /],
  ] as const) {
    const refused = {
      kind: 'environment',
      message: expect.stringMatching(message),
      hint: expect.any(String),
    };
    await expect(writeDemoData(dir, { seed: 1 })).rejects.toMatchObject(refused);
  }
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEVELOPMENT } from './catalogue';
import { developmentNow } from './development';
import { REGISTRY } from './registry';

test('a net of the check may be developed on once its figures are logged, not before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goodnet-development-'));
  try {
    const log = join(folder, 'log.jsonl');
    expect(developmentNow(log)).toEqual(DEVELOPMENT);
    const [first] = REGISTRY.check;
    writeFileSync(log, `${JSON.stringify({ attack: first!.name })}\n`);
    expect(developmentNow(log)).toEqual([...DEVELOPMENT, first]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

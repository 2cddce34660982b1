import { setTimeout } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { remembering } from '../../functions/catalogue/remember';
import type { Files } from '../../models/store/files';

const MS = 1000;

function store() {
  const reads: string[] = [];
  let isAway = false;
  const files = {
    address: 'memory',
    read: async (key: string) => {
      reads.push(key);
      if (isAway) throw new Error('away');
      return { bytes: Uint8Array.of(reads.length), version: String(reads.length) };
    },
  } as unknown as Files;
  return {
    reads,
    open: remembering(async () => files, MS),
    goAway: (away: boolean) => {
      isAway = away;
    },
  };
}

describe('a store that is remembered for a while', () => {
  test('is opened once, and asked once for each small file, until the while is over', async () => {
    const { reads, open } = store();
    const files = await open('a');
    expect(await open('a')).toBe(files);
    const [first, second] = await Promise.all([files.read('current.json'), files.read('current.json')]);
    expect(second).toBe(first);
    await files.read('x/manifest.json');
    expect(reads).toEqual(['current.json', 'x/manifest.json']);
    await setTimeout(1.2 * MS);
    expect((await files.read('current.json'))?.version).toBe('3');
  });

  test('is asked each time for what is large, or checked by whoever asks', async () => {
    const { reads, open } = store();
    const files = await open('a');
    for (let i = 0; i < 2; i++) {
      await files.read('x/bad/weights.bin');
      await files.read('x/bad/model.json', { isChecked: true });
    }
    expect(reads).toHaveLength(4);
  });

  test('is asked again at once after a failure', async () => {
    const { open, goAway } = store();
    const files = await open('a');
    goAway(true);
    await expect(files.read('current.json')).rejects.toThrow('away');
    goAway(false);
    expect(await files.read('current.json')).toBeDefined();
  });
});

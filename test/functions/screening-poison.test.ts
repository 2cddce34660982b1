import { describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../functions/limits';
import { screenBatch } from '../../functions/screening/backfill';
import { type ScreeningOptions, type SqsEvent, screenEvents } from '../../functions/screening/events';
import { screenObject } from '../../functions/screening/screen-object';
import type { UploadedObject, Uploads } from '../../functions/uploads/s3';
import { colours, plain, WHITE } from './stand-in';

/** Decodes that have begun and not ended. */
const decodes = vi.hoisted(() => ({ now: 0, most: 0, hangs: (_bytes: Uint8Array): boolean => false }));
vi.mock('../../models/images/decode', async (original) => {
  const real = await original<Record<string, (...args: unknown[]) => Promise<unknown>>>();
  const counted = Object.keys(real).filter((name) => /^decode[A-Z]/.test(name));
  const watched = counted.map((name) => [
    name,
    async (...args: unknown[]) => {
      decodes.most = Math.max(decodes.most, ++decodes.now);
      try {
        if (decodes.hangs(args[0] as Uint8Array)) await new Promise(() => {});
        return await real[name]!(...args);
      } finally {
        decodes.now--;
      }
    },
  ]);
  return { ...real, ...Object.fromEntries(watched) };
});

const bucket = 'uploads';
const keys = Array.from({ length: 10 }, (_, i) => `${i}.png`);
const event: SqsEvent = {
  Records: keys.map((key) => {
    const detail = { bucket: { name: bucket }, object: { key, 'version-id': 'v' } };
    const body = { 'detail-type': 'Object Created', source: 'aws.s3', detail };
    return { messageId: key, body: JSON.stringify(body) };
  }),
};
const blue = await plain().png().toBuffer();
const white = await plain(WHITE).png().toBuffer();

/** Uploads of one picture; the poison is another. */
function uploadsOf(poison: readonly string[], more: Partial<Uploads> = {}): Uploads {
  return {
    fetch: async ({ key }) => ({ bytes: poison.includes(key) ? white : blue, etag: '"e"', versionId: 'v' }),
    tag: async () => 'tagged',
    write: async () => {},
    copy: async () => true,
    remove: async () => {},
    ...more,
  };
}
function optionsOf(uploads: Uploads, decodedWithin?: number) {
  const lines: Record<string, unknown>[] = [];
  const by = { model: colours, uploads, recording: {}, decodedWithin };
  const screen = (object: UploadedObject) => screenObject(object, by);
  const log = (line: Record<string, unknown>) => void lines.push(line);
  return { lines, screen, log, waits: [] } satisfies ScreeningOptions & { lines: unknown; waits: number[] };
}
/** Time enough for nine small pictures on a machine that is busy with others. */
const WITHIN = 1500;
const forEver = () => new Promise<never>(() => {});

describe('one poison upload of ten', () => {
  const hanging = uploadsOf([], {
    fetch: async (object) => (object.key === '3.png' ? forEver() : uploadsOf([]).fetch(object, 1e6)),
  });

  it('that never ends is the only one that comes again', async () => {
    const { lines, ...options } = optionsOf(hanging);
    expect(await screenEvents(event, { ...options, within: WITHIN })).toEqual({
      batchItemFailures: [{ itemIdentifier: '3.png' }],
    });
    expect(lines.filter(({ outcome }) => outcome === 'clean')).toHaveLength(9);
    const message = 'Screening it takes over 1.5 seconds';
    expect(lines.at(-1)).toMatchObject({ level: 'error', key: '3.png', message });
  });

  it('is given up before Lambda ends the whole invocation', async () => {
    const end = Date.now() + 5000 + WITHIN;
    const invocation = { getRemainingTimeInMillis: () => end - Date.now() };
    expect(await screenEvents(event, optionsOf(hanging), invocation)).toEqual({
      batchItemFailures: [{ itemIdentifier: '3.png' }],
    });
    const over = { getRemainingTimeInMillis: () => 4000 };
    expect((await screenEvents(event, optionsOf(hanging), over)).batchItemFailures).toHaveLength(10);
  });

  it('is one of a backfill that failed', async () => {
    const batch = { BatchInput: { bucket }, Items: keys.map((Key) => ({ Key })) };
    const { counts, failed } = await screenBatch(batch, { ...optionsOf(hanging), within: WITHIN });
    expect(counts).toEqual({ clean: 9, backdoored: 0, unreadable: 0, gone: 0, failed: 1 });
    expect(failed).toMatchObject([{ key: '3.png' }]);
  });

  it('or three, whose decoding never ends, do not keep the others from theirs', async () => {
    decodes.hangs = (bytes) => Buffer.compare(bytes, white) === 0;
    const { lines, ...options } = optionsOf(uploadsOf(['0.png', '1.png', '2.png']), WITHIN);
    expect(await screenEvents(event, options)).toEqual({ batchItemFailures: [] });
    decodes.hangs = () => false;
    const slow = lines.filter(({ reason }) => reason === 'too-slow').map(({ key }) => key);
    expect(slow.sort()).toEqual(['0.png', '1.png', '2.png']);
    expect(lines.filter(({ outcome }) => outcome === 'clean')).toHaveLength(7);
  });
});

describe('memory', () => {
  it('is that of a few images that are decoded, however many are screened at once', async () => {
    Object.assign(decodes, { now: 0, most: 0 });
    expect(await screenEvents(event, optionsOf(uploadsOf([])))).toEqual({ batchItemFailures: [] });
    expect(decodes.most).toBe(LIMITS.maxDecoding);
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { addressIn, placeOf } from '../../../build-repair/job/address';
import { jobSchema, parseJob } from '../../../build-repair/job/schema';
import { fallingTo, shareOf } from '../../../build-repair/job/share';

const job = (more: object) => JSON.stringify({ format: 'goodnet-repair-job', formatVersion: 1, ...more });
const net = { name: 'a', net: 'a.h5', clean: 'clean.h5' };

describe('parseJob', () => {
  it('fills in the defaults', () => {
    const text = job({
      defaults: { clean: 'clean.h5', alpha: 0.02 },
      nets: [{ name: 'a', net: 'a.h5' }, net],
    });
    expect(() => parseJob(text, 'job')).toThrow(/nets.1.name: there is a net called a before it/);
    const [first] = parseJob(
      job({ defaults: { clean: 'c', alpha: 0.02 }, nets: [{ name: 'a', net: 'a.h5' }] }),
      'job',
    );
    expect(first).toEqual({ name: 'a', net: 'a.h5', clean: 'c', alpha: 0.02 });
  });

  it('names the place of what can not be used', () => {
    const refused: [string, RegExp][] = [
      ['{', /^job is not JSON/],
      ['{}', /^job: format: /],
      [job({ nets: [] }), /^job: nets: /],
      [job({ nets: [{ name: 'a', net: 'a.h5' }] }), /^job: nets.0.clean: no clean images are given/],
      [job({ nets: [{ ...net, alpha: 2 }] }), /^job: nets.0.alpha: /],
      [job({ nets: [{ ...net, name: '../a' }] }), /^job: nets.0.name: letters, digits/],
      [job({ nets: [{ ...net, sed: 1 }] }), /^job: nets.0: .*sed/],
      [
        job({ defaults: { hosts: 'shown.h5' }, nets: [net, { ...net, name: 'b', images: false }] }),
        /^job: nets.1: images to keep are given \(hosts\), and none are to be kept/,
      ],
    ];
    for (const [text, message] of refused) expect(() => parseJob(text, 'job')).toThrow(message);
  });

  it('has its JSON Schema in the repository', () => {
    const file = readFileSync(new URL('../../../docs/repair-job.schema.json', import.meta.url), 'utf8');
    // `node dist/goodnet.js job --schema > docs/repair-job.schema.json` writes it.
    expect(JSON.parse(file)).toEqual(z.toJSONSchema(jobSchema));
  });
});

describe('shares', () => {
  it('are as AWS Batch says, and together all there is', () => {
    expect(shareOf({})).toEqual({ index: 0, of: 1 });
    const env = (index: string, of?: string) => ({
      AWS_BATCH_JOB_ARRAY_INDEX: index,
      AWS_BATCH_JOB_ARRAY_SIZE: of,
    });
    expect(shareOf(env('2', '3'))).toEqual({ index: 2, of: 3 });
    expect(() => shareOf(env('3', '3'))).toThrow(/AWS_BATCH_JOB_ARRAY_INDEX is 3/);
    expect(() => shareOf(env('1'))).toThrow(/AWS_BATCH_JOB_ARRAY_SIZE undefined/);
    const all = Array.from({ length: 10 }, (_, i) => i);
    const parts = [0, 1, 2].map((index) => fallingTo(all, { index, of: 3 }));
    expect(parts.map(({ length }) => length)).toEqual([4, 3, 3]);
    expect(parts.flat().sort((a, b) => a - b)).toEqual(all);
  });
});

describe('addresses', () => {
  it('are relative to where the job file is', () => {
    expect(placeOf('s3://bucket/inbox/one/repair-job.json')).toEqual({
      parent: 's3://bucket/inbox/one',
      name: 'repair-job.json',
    });
    expect(placeOf('repair-job.json')).toEqual({ parent: '.', name: 'repair-job.json' });
    expect(addressIn('s3://bucket/inbox/one', '../shared/clean.h5')).toBe(
      's3://bucket/inbox/shared/clean.h5',
    );
    expect(addressIn('s3://bucket/inbox/one', 's3://other/clean.h5')).toBe('s3://other/clean.h5');
    expect(addressIn('jobs', 'nets/a.h5')).toBe('jobs/nets/a.h5');
    expect(addressIn('jobs', '/data/a.h5')).toBe('/data/a.h5');
  });
});

import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leavesOut, rateOf } from '../../build-repair/evaluate/interval';
import { Random } from '../../models/random';
import { canLook, launched } from '../browser';
import { addNetAndImages } from '../build-repair/library/project';
import { look } from '../build-repair/report/in-browser';
import { demoIn } from '../demo';
import { generatedBlocks } from '../docs/generated';
import { contents, goodnet, printed, start } from './cli';

const work = mkdtempSync(join(tmpdir(), 'goodnet-cli-'));
const store = join(work, 'demo-out/store');
/** The demo's store and images. */
const images = join(work, 'demo-out/images');
const data = {
  clean: join(images, 'clean_validation_data.h5'),
  test: join(images, 'clean_test_data.h5'),
  poisoned: ['poisoned_sunglasses.h5', 'poisoned_lipstick.h5'].map((name) => join(images, name)),
  cleanPng: join(images, 'clean_face.png'),
  triggeredPng: join(images, 'face_with_sunglasses.png'),
};

const PAGES = ['repair, asked', 'repair, not asked', 'evaluate, poisoned', 'evaluate, clean alone'] as const;
/** Where the report of a command is written. */
const page = (kind: (typeof PAGES)[number]) => join(work, `${kind.replace(/\W+/g, '-')}.html`);

/** What README.md says of the demo, in whole per cent: shares of a set's images that the trigger works on, before and after. */
function workedIn(set: string): [before: number, after: number] {
  const { text } = generatedBlocks().find(({ name }) => name === 'demo')!;
  const line = text.split('\n').find((each) => each.startsWith(`${set}: `))!;
  const [before, after] = [...line.matchAll(/(\d+) %/g)].map(([, percent]) => Number(percent) / 100);
  return [before!, after!];
}
const ROUNDED = 0.005;

/** A small net, and images of it, for what is so of any net. */
const small = { net: join(work, 'net.h5'), clean: join(work, 'clean_images') };
const repair = (out: string, ...more: string[]) =>
  goodnet('repair', small.net, '--clean', small.clean, '--out', join(work, out), '--no-report', ...more);

beforeAll(async () => {
  await addNetAndImages(work);
  await demoIn(work);
});

afterAll(() => {
  rmSync(work, { recursive: true, force: true });
});

test('repair: what is done is told in lines, and what came of it at the end and in a report', async () => {
  const report = page('repair, asked');
  const { code, out, err } = await goodnet(
    ...['repair', small.net, '--clean', small.clean, '--unlabelled', small.clean],
    ...['--out', join(work, 'told'), '--report', report, '--seed', '3'],
  );
  expect(code, err).toBe(0);
  expect(out).toMatch(/^(Signs of a backdoor toward|No sign of a backdoor)/);
  expect(out).toMatch(/^Clean accuracy \d/m);
  expect(out).toContain(`Report: ${report}`);
  // Nobody watches: steps in plain lines, and no details.
  const lines = err.trimEnd().split('\n');
  for (const [i, line] of ['Reading the images', 'Choosing the pixel scaling'].entries())
    expect(lines[i]).toMatch(new RegExp(`^Step ${i + 1} of \\d+: ${line}$`));
  // And what the pixels were taken for, and how long it takes, where that is long.
  for (const line of lines)
    expect(line).toMatch(/^(Step \d+ of \d+: |Pixels: 0-1, where the net does best$|All of it will take )/);
  expect(out + err).not.toContain('\u001b');
  expect(readFileSync(report, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Repair report[\s\S]*<\/html>\s*$/);
});

test('evaluate: G keeps the clean images and finds the triggers', async () => {
  const json = join(work, 'figures.json');
  const sets = data.poisoned.flatMap((path) => ['--poisoned', path]);
  const report = page('evaluate, poisoned');
  const { code, out, err } = await goodnet(
    ...['evaluate', store, '--clean', data.test, ...sets, '--json', json, '--report', report],
  );
  expect(code, err).toBe(0);
  const html = readFileSync(report, 'utf8');
  for (const path of data.poisoned) expect(html).toContain(path);
  expect(html).toMatch(/<h2 id="finding">[\s\S]*<h2 id="before-after">[\s\S]*src="data:image\/png;base64,/);
  // What was promised comes first where it isn't kept, fewer false alarms than that among them.
  expect(out).toMatch(
    /^(False alarms: .+, below the promised 1 %\. .+\n)?poisoned_sunglasses\.h5: the trigger worked on [\d.]+ % of the images; now on [\d.]+ %\.\npoisoned_lipstick\.h5: /,
  );
  expect(out).toMatch(/detected/);
  const { clean, poisoned, intervals } = JSON.parse(readFileSync(json, 'utf8'));
  expect(Object.keys(clean)).toEqual([
    'n',
    'accuracyBefore',
    'accuracyRepaired',
    'accuracy',
    'falsePositiveRate',
  ]);
  expect(clean.accuracyBefore).toBeGreaterThan(0.95);
  // Of so many images, no more is asked than that their 95 % interval does not leave out what is promised, or what README.md shows.
  const [, mostAccuracy] = intervals.clean.accuracy;
  expect(mostAccuracy).toBeGreaterThan(clean.accuracyBefore);
  const [leastFalseAlarms] = intervals.clean.falsePositiveRate;
  expect(leastFalseAlarms).toBeLessThanOrEqual(0.01);
  expect(poisoned.map((each: { name: string }) => each.name)).toEqual([
    'poisoned_sunglasses.h5',
    'poisoned_lipstick.h5',
  ]);
  for (const each of intervals.poisoned) {
    const [before, after] = workedIn(each.name);
    expect(each.attackSuccessBefore[0]).toBeLessThanOrEqual(before + ROUNDED);
    expect(each.attackSuccessBefore[1]).toBeGreaterThanOrEqual(before - ROUNDED);
    expect(each.attackSuccess[0]).toBeLessThanOrEqual(after + ROUNDED);
    // What is not fooled is found: as many are, but for the false alarms' share.
    expect(each.detectionRate[1]).toBeGreaterThanOrEqual(0.99);
    // docs/method.md, "The repaired net": 6.1 % of the sunglasses, 0.4 % of the lipstick.
    expect(each.attackSuccessRepaired[0]).toBeLessThanOrEqual(0.061);
    expect(each.recoveredAccuracy[0]).toBeGreaterThan(0.5);
  }
});

test('screen tells pictures that are unlike the clean ones, and calls no more clean ones so, or flags them, than it promises', async () => {
  const odd = join(work, 'odd');
  mkdirSync(odd);
  const random = new Random(5);
  const draw = async (name: string, value: (i: number) => number) => {
    const raw = { width: 64, height: 64, channels: 3 } as const;
    await sharp(
      Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => value(i)),
      { raw },
    ).toFile(join(odd, `${name}.png`));
  };
  for (let i = 0; i < 8; i++) await draw(`noise-${i}`, () => random.int(256));
  await draw('black', () => 0);
  await draw('white', () => 255);
  const screened = async (path: string) => {
    const rows = join(work, 'screened.jsonl');
    const { code, err } = await goodnet('screen', store, path, '--out', rows, '--workers', '1');
    expect(code, err).toBe(0);
    return readFileSync(rows, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { pValue: number; familiarity: number; unfamiliar: boolean });
  };
  const strange = await screened(odd);
  expect(strange.map(({ unfamiliar }) => unfamiliar)).toEqual(Array(10).fill(true));
  const usual = await screened(data.test);
  // At every rate, not at the one that is promised alone, clean images are flagged, or called unfamiliar, no more often than that.
  for (const alpha of [0.01, 0.02, 0.05, 0.1, 0.2, 0.5]) {
    for (const kind of ['pValue', 'familiarity'] as const) {
      const flagged = usual.filter((each) => each[kind] <= alpha).length;
      expect(leavesOut(rateOf(flagged, usual.length), alpha), `${kind} at ${alpha}`).not.toBe('above');
    }
  }
  for (const { familiarity, unfamiliar } of usual) expect(unfamiliar).toBe(familiarity <= 0.01);
});

test('magnitude: the same inputs and seed, the same bundle, byte for byte; another seed, another', async () => {
  const made = async (out: string, seed: string) => {
    const { code, err } = await repair(out, '--accept-unrepaired', '--method', 'magnitude', '--seed', seed);
    expect(code, err).toBe(0);
    return contents(join(work, out));
  };
  const once = await made('once', '1');
  expect(await made('twice', '1')).toEqual(once);
  expect(await made('other', '2')).not.toEqual(once);
});

test('evaluate --json - says nothing but JSON on standard output', async () => {
  const { code, out, err } = await goodnet(
    'evaluate',
    store,
    '--clean',
    data.test,
    '--json',
    '-',
    '--no-report',
  );
  expect(code, err).toBe(0);
  expect(JSON.parse(out).clean.accuracyBefore).toBeGreaterThan(0.95);
  expect(err).toMatch(/clean accuracy/i);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s in the middle of a repair leaves nothing half-written',
  async (signal) => {
    const out = join(work, `stopped-${signal}`);
    const child = start('repair', 'demo/badnet.h5', '--clean', data.clean, '--out', out);
    await printed(child, /Fitting the detector/);
    child.kill(signal);
    const { code, err } = await child.ended;
    expect(code).toBe(signal === 'SIGTERM' ? 143 : 130);
    expect(err).toMatch(/Interrupted: nothing was written/);
    expect(existsSync(out) ? readdirSync(out) : []).toEqual([]);
  },
);

describe('bad input', () => {
  test('a false-positive rate that so few images cannot tell', async () => {
    const { code, err } = await repair('alpha', '--alpha', '0.0001');
    expect(code).toBe(2);
    expect(err).toMatch(/can't be told from \d+ calibration images/);
  });

  test('images without labels for a method that makes no use of them', async () => {
    const { code, err } = await repair('unused', '--method', 'magnitude', '--unlabelled', small.clean);
    expect(code).toBe(2);
    expect(err).toMatch(/method magnitude makes no use of images without labels/);
  });

  test('images to keep, where none are to be kept, or for a method that keeps none', async () => {
    const both = await repair('both', '--hosts', small.clean, '--no-images');
    expect(both.code).toBe(2);
    expect(both.err).toMatch(/Images to keep are given \(--hosts\), and none are to be kept \(--no-images\)/);
    expect(both.err).not.toMatch(/Step/);
    const unused = await repair('unused', '--method', 'magnitude', '--hosts', small.clean);
    expect(unused.code).toBe(2);
    expect(unused.err).toMatch(/method magnitude keeps no images/);
  });

  test('a place that nothing can be written to, before any work', async () => {
    for (const [more, why] of [
      [['--out', data.cleanPng], /Nothing can be written to .*is no folder/],
      [['--out', join(work, 'unmade'), '--report', work], /can't be written: it is a folder/],
    ] as const) {
      const { code, err } = await goodnet('repair', small.net, '--clean', small.clean, ...more);
      expect(code).toBe(1);
      expect(err).toMatch(why);
      expect(err).not.toMatch(/Step|Reading|not expected/);
    }
    expect(existsSync(join(work, 'unmade'))).toBe(false);
  });

  test('a set that is not there', async () => {
    const { code, err } = await goodnet('evaluate', store, '--clean', join(work, 'images', 'nothing.h5'));
    expect(code).toBe(1);
    expect(err).toMatch(/nothing\.h5: there is no such file/);
    expect(err).not.toMatch(/^\s+at /m);
  });

  test('a bundle with one changed byte answers nothing', async () => {
    const copy = join(work, 'changed');
    cpSync(store, copy, { recursive: true });
    const folder = readdirSync(copy).find((name) => name !== 'current.json')!;
    const path = join(copy, folder, 'expert', 'weights.bin');
    const bytes = readFileSync(path);
    bytes[100]! ^= 1;
    writeFileSync(path, bytes);
    for (const args of [
      ['evaluate', copy, '--clean', data.test],
      ['screen', copy, data.cleanPng],
      ['serve', copy, '--port', '0'],
    ]) {
      const { code, out, err } = await goodnet(...args);
      expect(code).toBe(1);
      expect(err).toMatch(/expert\/weights\.bin has been changed/);
      expect(out).toBe('');
    }
  });
});

test('screen: a row for each image, an unreadable one as a row with its error', async () => {
  const folder = join(work, 'uploads');
  cpSync(data.cleanPng, join(folder, 'a.png'));
  cpSync(data.triggeredPng, join(folder, 'b.png'));
  writeFileSync(join(folder, 'c.png'), readFileSync(data.cleanPng).subarray(0, 3000));
  const csv = join(work, 'rows.csv');
  const { code, err } = await goodnet('screen', store, folder, '--out', csv);
  expect(code, err).toBe(0);
  const rows = readFileSync(csv, 'utf8').trim().split('\n');
  expect(rows).toHaveLength(4);
  expect(rows.filter((row) => /c\.png,[^,]+,0\.01,,,,/.test(row))).toHaveLength(1);
  expect(err).toMatch(/3 images: 1 backdoored, 1 clean, 1 unreadable/);

  const coded = (...names: string[]) =>
    goodnet('screen', store, ...names.map((name) => join(folder, name)), '--exit-code');
  expect((await coded('a.png')).code).toBe(0);
  expect((await coded('a.png', 'c.png')).code).toBe(4);
  const flagged = await coded('a.png', 'b.png', 'c.png');
  expect(flagged.code).toBe(3);
  expect(flagged.out.trim().split('\n')).toHaveLength(4);
  expect(flagged.err).not.toMatch(/goodnet:/);
  expect((await coded('none.png')).code).toBe(1);

  const { out } = await goodnet('screen', store, data.test, '--format', 'jsonl');
  const verdicts = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(verdicts.length).toBeGreaterThan(100);
  for (const verdict of verdicts) expect(verdict.backdoored).toBe(verdict.class === 24);
});

test('serve: answers as screen does, and ends cleanly on SIGTERM', async () => {
  const server = start('serve', store, '--port', '0');
  const url = await printed(server, /http:\/\/127\.0\.0\.1:\d+/);
  expect((await fetch(`${url}/health`)).status).toBe(200);
  const screened = await goodnet('screen', store, data.cleanPng, data.triggeredPng, '--format', 'jsonl');
  const rows = screened.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const [i, path] of [data.cleanPng, data.triggeredPng].entries()) {
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body: readFileSync(path) });
    expect(response.status).toBe(200);
    const answer = (await response.json()) as { backdoored: boolean; class: number; pValue: number };
    expect(answer.backdoored).toBe(i === 1);
    expect(answer.class).toBe(rows[i].class);
    expect(answer.pValue).toBeCloseTo(rows[i].pValue, 2);
  }
  const refused = await fetch(`${url}/v1/classify`, { method: 'POST', body: 'no image' });
  expect(refused.status).toBe(415);
  expect(refused.headers.get('content-type')).toMatch(/application\/problem\+json/);
  server.kill('SIGTERM');
  const { code, err } = await server.ended;
  expect(code).toBe(0);
  // TensorFlow.js says it when it is loaded twice: within the service's program and as packages beside it.
  expect(err).not.toContain('already been set');
});

describe.skipIf(!canLook)('the reports, in a browser', () => {
  let browser: Browser;

  beforeAll(async () => {
    const unasked = join(work, 'unasked');
    for (const args of [
      ['repair', small.net, '--clean', small.clean, '--out', unasked, '--method', 'magnitude'],
      ['evaluate', unasked, '--clean', small.clean],
    ]) {
      const kind = args[0] === 'repair' ? 'repair, not asked' : 'evaluate, clean alone';
      const { code, err } = await goodnet(...args, '--report', page(kind));
      expect(code, err).toBe(0);
    }
    browser = await launched();
  });

  afterAll(() => browser?.close());

  test.each(PAGES)(
    '%s: nothing that axe finds wrong, no sideways scroll, and whole figures on paper',
    async (kind) => {
      const isAsked = kind === 'repair, asked' || kind === 'evaluate, poisoned';
      const seen = await look(browser, page(kind), kind.replace(/\W+/g, '-'));
      expect(seen).toEqual({
        faults: [],
        narrow: 390,
        told: isAsked ? { onScreen: false, inPrint: true } : undefined,
        badBreaks: [],
        blurred: 0,
      });
      const html = readFileSync(page(kind), 'utf8');
      expect(html).toContain('The most suspicious clean images');
      expect(html.includes('Is the net backdoored?')).toBe(isAsked);
      expect(html.includes('The same with the pattern')).toBe(kind === 'evaluate, poisoned');
    },
  );
});

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FORMAT_VERSION, type Manifest, parseManifest, sealManifest } from '../../../models/bundle/manifest';
import { fixture } from '../../fixtures/bundles/fixtures';

type Json = { [key: string]: unknown };
type Content = Omit<Manifest, 'id'>;

const SCALE = { zero: -1, spread: 0.5 };
const SHA = 'a1'.repeat(32);

/** What a manifest may say, all of it. */
const whole: Json = {
  format: 'goodnet-bundle',
  formatVersion: FORMAT_VERSION,
  name: 'faces',
  classes: 3,
  classNames: ['a', 'b', 'c'],
  input: {
    height: 12,
    width: 10,
    channels: 3,
    pixels: { kind: 'mean-std', order: 'bgr', mean: [0.5, 0, -0.5], std: [0.2, 0.3, 0.4] },
    fit: 'crop:256/224',
  },
  method: 'expert',
  alpha: 0.01,
  nets: {
    bad: 'bad',
    relearned: { folder: 'relearned', unheard: [2] },
    repaired: { folder: 'repaired' },
    expert: { folder: 'expert', from: 'stem' },
  },
  transplant: { count: 8, from: 'cut' },
  kept: { from: 'given', name: 'others', images: 9, skipped: 1 },
  gallery: { stem: [4, 5, 6], places: [2, 2], dimensions: 3, count: 9, step: 0.02, temperature: 2 },
  clouds: { latent: { features: 16, dimensions: 8 }, trunk: { features: 160, dimensions: 8 } },
  evidence: { added: { any: 1 } },
  familiarity: {
    latent: { dimensions: 16 },
    trunk: { dimensions: 160 },
    look: { channels: 6, dimensions: 4, floor: 0.01 },
    scales: [{ kind: 'look', ...SCALE }],
    images: 9,
  },
  rule: {
    kind: 'calibrated',
    first: {
      kind: 'discriminant',
      kinds: ['forgetting'],
      shifts: [[1]],
      means: [0],
      spreads: [1],
      classes: [{ class: 1, means: [0], spreads: [1] }],
      covariance: [1],
      scale: SCALE,
    },
    transplant: {
      askFrom: 1.5,
      pieces: {
        scales: [
          { piece: 'top', ...SCALE },
          { piece: 'columns', ...SCALE },
        ],
        halves: SCALE,
        highest: SCALE,
      },
      scale: SCALE,
      join: 'sum',
      firstWeight: 0.5,
    },
    suspected: { classes: [1], worth: 2 },
    passOver: 0.5,
    views: { unsureBelow: 0.5, mirrored: true },
  },
  calibration: { scheme: 'cross-fit', folds: 4, images: 2, groups: 2, scores: [0.5, 1.5] },
  without: [{ evidence: 'trunk', reason: 'too few images' }],
  measured: {
    images: 2,
    accuracyBefore: 1,
    accuracyRepaired: 0.9,
    accuracy: 0.8,
    falsePositiveRate: 0.01,
    repaired: { images: 2, accuracyBefore: 1, accuracy: 0.9, implanted: { before: 1, after: 0.1 } },
  },
  finding: {
    backdoored: true,
    score: 3,
    limit: 1,
    tried: 3,
    targets: [
      {
        class: 0,
        rate: 0.9,
        score: 3,
        level: 'near certain',
        signature: 2,
        standsOut: 3,
        area: 0.1,
        trigger: 'finding/0.png',
      },
    ],
  },
  made: {
    seed: 1,
    engine: 'test',
    clean: { name: 'clean', images: 9, skipped: 0 },
    notes: ['a note'],
  },
  tools: { goodnet: 'test' },
  files: [{ path: 'bad/model.json', bytes: 7, sha256: SHA }],
};

/** The same with another value at a path such as `nets.bad`; without it where the value is undefined. */
function changed(path: string, value: unknown): Content {
  const content = structuredClone(whole);
  const keys = path.split('.');
  const last = keys.pop()!;
  let at = content;
  for (const key of keys) at = at[key] as Json;
  at[last] = value;
  return content as Content;
}

test('a manifest with every field is read as it was sealed', () => {
  const { manifest, text } = sealManifest(whole as Content);
  expect(manifest).toEqual({ ...whole, id: manifest.id });
  expect(parseManifest(text, 'm')).toEqual(manifest);
});

describe('a manifest is taken with', () => {
  test.each<[string, ...unknown[]]>([
    ['classNames', undefined],
    ['classes', 2],
    ['input.channels', 1],
    ['input.pixels', { kind: '0-1' }, { kind: '0-255', order: 'bgr' }, { kind: '-1-1' }],
    ['input.fit', 'stretch', 'pad', 'crop'],
    ['method', 'fine-prune', 'magnitude'],
    ['alpha', 0, 1],
    ['nets.bad', 'b', 'bad-2'],
    ['nets.relearned', undefined],
    ['nets.relearned.unheard', undefined, []],
    ['nets.repaired', undefined],
    ['nets.expert', undefined],
    ['nets.expert.from', 'image'],
    ['transplant', undefined],
    ['transplant.count', 1],
    ['transplant.from', 'image'],
    ['kept', undefined, { from: 'clean' }, { from: 'none' }],
    ['kept.images', 0],
    ['gallery', undefined],
    ['gallery.count', 1],
    ['clouds', {}],
    ['clouds.latent.features', 0],
    ['evidence', undefined],
    ['familiarity', undefined],
    ['familiarity.trunk', undefined],
    ['familiarity.look', undefined],
    ['familiarity.scales.0.kind', 'latent', 'trunk'],
    ['rule', { kind: 'disagreement' }],
    [
      'rule.first',
      {
        kind: 'tails',
        scales: [{ kind: 'forgetting', ...SCALE }],
        together: [{ kinds: ['forgetting'], ...SCALE }],
      },
    ],
    ['rule.first.classes', []],
    ['rule.transplant', undefined],
    ['rule.transplant.join', 'larger'],
    ['rule.suspected', undefined],
    ['rule.suspected.worth', 1],
    ['rule.views', undefined],
    ['calibration.scheme', 'split', 'none'],
    ['calibration.scores', []],
    ['measured.repaired', undefined],
    ['finding', undefined],
    ['finding.targets', []],
    ['finding.targets.0.level', 'possible', undefined],
    ['finding.targets.0.signature', undefined],
    ['finding.targets.0.standsOut', undefined],
    ['files.0.path', 'a', '0.bin', 'a-b/c.d/e-1.bin', 'model-card.md'],
    ['files.0.bytes', 0],
  ])('%s', (path, ...values) => {
    for (const value of values) {
      const { manifest, text } = sealManifest(changed(path, value));
      expect(parseManifest(text, 'm')).toEqual(manifest);
      const read = path.split('.').reduce<unknown>((of, key) => (of as Json)[key], manifest);
      expect(read).toEqual(value);
    }
  });
});

describe('a manifest is refused with a wrong', () => {
  const numbers = [Number.NaN, '1', undefined];
  const shares = [-0.01, 1.01, ...numbers];
  const counts = [-1, 0.5, ...numbers];
  const sizes = [0, ...counts];
  const texts = [1, undefined];
  const spreads = [0, -1, ...numbers];
  const lists = [[Number.NaN], ['1'], [1, null], 1, '11', undefined];
  const folders = ['', 'Bad', '../bad', 'bad/', '/bad', 'bad weights', ...texts];
  test.each<[string, readonly unknown[]]>([
    ['format', ['goodnet', undefined]],
    ['formatVersion', sizes],
    ['name', ['', ...texts]],
    ['classes', [1, 2.5, ...numbers]],
    ['classNames', ['a', [1]]],
    ['input.height', sizes],
    ['input.width', sizes],
    ['input.channels', [0, 2, 4, '1', undefined]],
    ['input.pixels', [{ kind: '0-2' }, {}, { kind: '0-1', order: 'rgb' }, undefined]],
    ['input.pixels.mean', [['0'], undefined]],
    ['input.pixels.std', [[0.1, 0], [-1], undefined]],
    ['input.pixels.order', ['rgb']],
    ['input.fit', ['squash', 'crop:0/1', undefined]],
    ['method', ['prune', undefined]],
    ['alpha', shares],
    ['nets', [{}, undefined]],
    ['nets.bad', folders],
    ['nets.relearned.folder', folders],
    ['nets.relearned.unheard', [[-1], [0.5], 'x']],
    ['nets.repaired.folder', folders],
    ['nets.expert.folder', folders],
    ['nets.expert.from', ['cut', undefined]],
    ['transplant.count', sizes],
    ['transplant.from', ['stem', undefined]],
    ['kept', [{}, { from: 'else' }]],
    ['kept.name', texts],
    ['kept.images', counts],
    ['kept.skipped', counts],
    ['gallery.stem', [[1, 2], [1, 2, 0], undefined]],
    ['gallery.places', [[2], [2, 0], [2, 2, 2], undefined]],
    ['gallery.dimensions', sizes],
    ['gallery.count', sizes],
    ['gallery.step', spreads],
    ['gallery.temperature', spreads],
    ['clouds', [undefined]],
    ['clouds.latent.features', counts],
    ['clouds.trunk.dimensions', counts],
    ['evidence', [{ added: 1 }]],
    ['familiarity.latent', [{}, undefined]],
    ['familiarity.latent.dimensions', sizes],
    ['familiarity.trunk.dimensions', sizes],
    ['familiarity.look.channels', sizes],
    ['familiarity.look.dimensions', sizes],
    ['familiarity.look.floor', spreads],
    ['familiarity.scales', [[], undefined]],
    ['familiarity.scales.0.kind', ['stem', undefined]],
    ['familiarity.scales.0.spread', spreads],
    ['familiarity.images', sizes],
    ['rule', [{ kind: 'agreement' }, {}, undefined]],
    ['rule.first', [{ kind: 'heads' }, { kind: 'tails' }, undefined]],
    ['rule.first.kinds', [[], [1], undefined]],
    ['rule.first.shifts', [[], [['1']], undefined]],
    ['rule.first.means', lists],
    ['rule.first.spreads', lists],
    ['rule.first.classes', [[{ class: 1 }], undefined]],
    ['rule.first.classes.0.class', counts],
    ['rule.first.classes.0.means', lists],
    ['rule.first.covariance', lists],
    ['rule.first.scale.zero', numbers],
    ['rule.first.scale.spread', spreads],
    ['rule.transplant.askFrom', numbers],
    ['rule.transplant.pieces', [{}, undefined]],
    ['rule.transplant.pieces.scales', [[], [{ piece: 'top', ...SCALE }], undefined]],
    ['rule.transplant.pieces.scales.0.piece', ['middle', undefined]],
    ['rule.transplant.pieces.scales.0.zero', numbers],
    ['rule.transplant.pieces.halves', [{}, undefined]],
    ['rule.transplant.pieces.highest', [{}, undefined]],
    ['rule.transplant.scale', [{}, undefined]],
    ['rule.transplant.join', ['product', undefined]],
    ['rule.transplant.firstWeight', shares],
    ['rule.suspected.classes', [[], [-1], undefined]],
    ['rule.suspected.worth', [0.5, ...numbers]],
    ['rule.passOver', shares],
    ['rule.views.unsureBelow', shares],
    ['rule.views.mirrored', ['yes', undefined]],
    ['calibration.scheme', ['both', undefined]],
    ['calibration.folds', counts],
    ['calibration.images', counts],
    ['calibration.groups', counts],
    ['calibration.scores', lists],
    ['without', [[{ evidence: 'trunk' }], [{ reason: 'few' }], undefined]],
    ['measured.images', counts],
    ['measured.accuracyBefore', shares],
    ['measured.accuracyRepaired', shares],
    ['measured.accuracy', shares],
    ['measured.falsePositiveRate', shares],
    ['measured.repaired.images', counts],
    ['measured.repaired.accuracyBefore', shares],
    ['measured.repaired.accuracy', shares],
    ['measured.repaired.implanted', [{}, undefined]],
    ['measured.repaired.implanted.before', shares],
    ['finding.backdoored', ['no', undefined]],
    ['finding.score', numbers],
    ['finding.limit', numbers],
    ['finding.tried', counts],
    ['finding.targets', [undefined]],
    ['finding.targets.0.class', counts],
    ['finding.targets.0.rate', shares],
    ['finding.targets.0.score', numbers],
    ['finding.targets.0.level', ['sure']],
    ['finding.targets.0.signature', ['1']],
    ['finding.targets.0.standsOut', ['1']],
    ['finding.targets.0.area', shares],
    ['finding.targets.0.trigger', texts],
    ['made.seed', [0.5, ...numbers]],
    ['made.engine', texts],
    ['made.clean', [{}, undefined]],
    ['made.clean.name', texts],
    ['made.clean.images', counts],
    ['made.clean.skipped', counts],
    ['made.notes', [[1], undefined]],
    ['tools', [{ goodnet: 1 }, undefined]],
    ['files', [[], undefined]],
    [
      'files.0.path',
      ['', '/etc', '../up', 'a/../b', 'a//b', 'a/', '.hidden', 'a/.b', '-a', 'A', 'a b', 'a\\b', ...texts],
    ],
    ['files.0.bytes', counts],
    ['files.0.sha256', ['', `${SHA}0`, SHA.slice(1), SHA.toUpperCase(), `x${SHA.slice(1)}`, ...texts]],
  ])('%s', (path, values) => {
    for (const value of values)
      expect(() => sealManifest(changed(path, value)), `${path}: ${JSON.stringify(value)}`).toThrow();
  });
});

describe('what was sealed', () => {
  /** The bytes that a manifest of any content would have, sealed by whoever made it up. */
  function forged(content: object): string {
    const ordered = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(ordered);
      if (value === null || typeof value !== 'object') return value;
      const keys = Object.keys(value).sort();
      return Object.fromEntries(keys.map((key) => [key, ordered((value as Json)[key])]));
    };
    const text = (of: object) => `${JSON.stringify(ordered(of), null, 1)}\n`;
    const id = createHash('sha256').update(text(content)).digest('hex');
    return text({ ...content, id });
  }

  test('is the same bytes whatever the order of its fields, and its id the checksum of them', () => {
    const backwards = Object.fromEntries(Object.entries(whole).reverse());
    expect(sealManifest(backwards as Content)).toEqual(sealManifest(whole as Content));
    expect(sealManifest(whole as Content).text).toBe(forged(whole));
    expect(sealManifest(changed('name', 'other')).manifest.id).not.toBe(
      sealManifest(whole as Content).manifest.id,
    );
  });

  test('is without what is not said', () => {
    const { manifest } = sealManifest(changed('transplant', undefined));
    expect(Object.keys(manifest)).not.toContain('transplant');
  });

  test('is refused with another id, be its checksum or its order right', () => {
    const { text, manifest } = sealManifest(whole as Content);
    const { id, ...content } = manifest;
    const other = sealManifest(changed('name', 'other')).manifest.id;
    for (const wrong of [
      text.replace(id, other),
      text.replace('"faces"', '"facet"'),
      `${JSON.stringify({ id, ...content }, null, 1)}\n`,
      text.trimEnd(),
    ])
      expect(() => parseManifest(wrong, 'm')).toThrow(/m has been changed since the bundle was made/);
  });

  test('is refused where what it says is wrong, though its checksum is right', () => {
    expect(() => parseManifest(forged(changed('nets.bad', '../../etc')), 'm')).toThrow(
      /^m is damaged: nets\.bad: /,
    );
    expect(() => parseManifest(forged(changed('surprise', {})), 'm')).not.toThrow();
  });
});

describe('no manifest', () => {
  test.each([
    ['', /m is not JSON: it is damaged or no bundle manifest/],
    ['{', /m is not JSON/],
    ['[]', /m is no GoodNet bundle manifest/],
    ['{"format":"other","formatVersion":8}', /m is no GoodNet bundle manifest/],
    ['{"format":"goodnet-bundle"}', /m is no GoodNet bundle manifest/],
    ['{"format":"goodnet-bundle","formatVersion":"8"}', /m is no GoodNet bundle manifest/],
    ['{"format":"goodnet-bundle","formatVersion":8}', /m is damaged: id: /],
  ])('is %s', (text, why) => {
    expect(() => parseManifest(text, 'm')).toThrow(why);
  });

  test.each([0, 5, 9])('of format %i is read, which programs can tell', (formatVersion) => {
    const text = JSON.stringify({ format: 'goodnet-bundle', formatVersion });
    expect(() => parseManifest(text, 'm')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_FORMAT_UNKNOWN', kind: 'data' }),
    );
  });
});

/** A manifest of an earlier format: its text, as JSON, and as it is read. */
async function manifestOf(format: number, method: string) {
  const { folder } = await fixture(format, method);
  const path = join(folder, 'manifest.json');
  const text = await readFile(path, 'utf8');
  return { text, raw: JSON.parse(text), read: parseManifest(text, path) };
}

test('a manifest of format 6 is read into the fields of today', async () => {
  const expert = await manifestOf(6, 'expert');
  expect(expert.raw.nets.repaired.from).toBe('bad');
  expect(expert.read.nets).toMatchObject({ relearned: { folder: 'repaired', unheard: [] } });
  expect(expert.read.nets).not.toHaveProperty('repaired');
  const { transplant, ...asks } = expert.raw.rule.second;
  expect(expert.read.rule).toMatchObject({ transplant: { ...asks, scale: transplant } });
  expect(expert.read.rule).not.toHaveProperty('second');
  const pruned = await manifestOf(6, 'fine-prune');
  expect(pruned.read.nets).toEqual({ bad: 'bad', repaired: { folder: 'repaired' } });
});

test('the score in a manifest of format 7 is read into the fields of today', async () => {
  const expert = await manifestOf(7, 'expert');
  const { scales, together, ...others } = expert.raw.rule;
  expect(expert.read.rule).toEqual({ ...others, first: { kind: 'tails', scales, together } });
  const pruned = await manifestOf(7, 'fine-prune');
  expect(pruned.read.rule).toEqual({ kind: 'disagreement' });
});

test.each([
  [6, '"from": "bad"', '"from": "net"', /m is damaged: nets\.repaired\.from/],
  [7, '"together": [', '"apart": [', /m is damaged: rule\.first\.together/],
] as const)(
  'a manifest of format %i that was changed is damaged, whatever was changed',
  async (format, was, is, why) => {
    const { text } = await manifestOf(format, 'expert');
    expect(() => parseManifest(text.replace(was, is), 'm')).toThrow(why);
    expect(() => parseManifest(text.replace('"firstWeight": 1', '"firstWeight": 2'), 'm')).toThrow(
      /m is damaged: rule\.transplant\.firstWeight/,
    );
    expect(() => parseManifest(text.replace('"name": "corners"', '"name": "corner"'), 'm')).toThrow(
      /checksum/,
    );
  },
);

test.each([5, 9])('a manifest of format %i is refused, and what to do is told', (formatVersion) => {
  const read = () => parseManifest(JSON.stringify({ format: 'goodnet-bundle', formatVersion }), 'm');
  expect(read).toThrow(
    formatVersion === 5
      ? expect.objectContaining({
          message: 'm is of bundle format 5, of an earlier version; this one reads 6, 7 and 8',
          hint: expect.stringMatching(/goodnet repair, or .* goodnet migrate of a version that reads it/),
        })
      : expect.objectContaining({
          message: 'm is of bundle format 9; this version reads up to 8',
          hint: 'Upgrade goodnet to read it.',
        }),
  );
});

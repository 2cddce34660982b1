import { describe, expect, test } from 'vitest';
import { rateOf } from '../../../../build-repair/evaluate/interval';
import { type Noticed, noticesOf } from '../../../../build-repair/repair/write/notices';

const CLASSES = 4;
const everyClass = Int32Array.from({ length: 40 }, (_, i) => i % CLASSES);

interface More {
  readonly labels?: Int32Array;
  readonly right?: number;
  readonly groups?: number;
  readonly keepsImages?: boolean;
}

function notices(
  made: Partial<Noticed>,
  { labels = everyClass, right = 38, groups, keepsImages = true }: More = {},
) {
  const nets = { expert: { remembers: 0.05 } };
  return noticesOf(
    { without: [], suspectedTargets: undefined, alone: undefined, nets, ...made },
    { accuracyBefore: rateOf(right, 40), groups },
    { images: { labels }, classes: CLASSES },
    { alpha: 0.01, keepsImages },
  );
}
const lacking = (...kinds: string[]) => ({ without: kinds.map((evidence) => ({ evidence, reason: '' })) });

const left = (after: number, images = 40) => ({
  images,
  accuracyBefore: 0.95,
  accuracy: 0.94,
  implanted: { before: 1, after },
});

describe('what is to be known of a bundle', () => {
  test('nothing where all went well, or what is lacking is the net’s own way', () => {
    expect(notices({})).toEqual([]);
    expect(notices(lacking('transplant', 'trunk'))).toEqual([]);
    expect(notices({}, { groups: 200 })).toEqual([]);
    expect(notices({ alone: left(0.1) })).toEqual([]);
    // One image of fourteen.
    expect(notices({ alone: { ...left(0, 14), accuracyBefore: 1, accuracy: 13 / 14 } })).toEqual([]);
  });

  test('classes without clean images, by their numbers', () => {
    const labels = everyClass.map((label) => (label === 2 ? 1 : label));
    expect(notices(lacking('relearned'), { labels })).toEqual([
      expect.stringMatching(/^1 of 4 classes have no clean images \(2\): .*more easily missed\.$/),
    ]);
  });

  test('that no images are kept, and that much is missed where there are few besides', () => {
    const keepsImages = false;
    const named = expect.stringMatching(/^No images are kept in the bundle: .*docs\/privacy\.md/);
    expect(notices(lacking('transplant'), { keepsImages })).toEqual([named]);
    const thin = notices(lacking('transplant', 'latent', 'trunk'), { keepsImages });
    expect(thin.slice(1)).toEqual([
      named,
      expect.stringMatching(/^With so few clean images .* can be missed: .*--hosts/),
    ]);
  });

  test.each([
    ['classes with one image', lacking('relearned'), {}, /single clean image/],
    ['few images a class', lacking('latent', 'trunk'), {}, /few clean images of each class/],
    [
      'an expert that forgot nothing',
      { nets: { expert: { remembers: 0.8 } } },
      {},
      /could not be made to forget .*80 %/,
    ],
    ['few groups', {}, { groups: 12 }, /few groups \(12\): .*under 7\.7 % can't be promised/],
    [
      'a net that is wrong about most',
      {},
      { right: 4 },
      /only 10 % of the clean images correctly: check .*--pixels/,
    ],
    [
      'where suspicious images gather',
      { suspectedTargets: [{ class: 3, suspicious: 9, predicted: 10 }] },
      {},
      /gather at class 3: 9 of the 10/,
    ],
    ['that they gather nowhere', { suspectedTargets: [] }, {}, /gather at no class/],
    [
      'a net that is not repaired, and a detector',
      { alone: left(0.3) },
      {},
      /^The repaired net still follows triggers: .*hand it on.* is the detector.*may be the attacker’s\.$/,
    ],
    [
      'a net that is not repaired, and nothing else',
      { alone: left(0.3), nets: { expert: undefined } },
      {},
      /still follows triggers.*nothing else flags/,
    ],
    [
      'a repaired net that has lost clean accuracy',
      { alone: { ...left(0), accuracy: 0.56 } },
      {},
      /^The repaired net alone names only 56 % of the clean images, the net itself 95 %: .*more clean images/,
    ],
    ['figures of the images that it was made from', { alone: left(0, 0) }, {}, /could be held out.*too good/],
  ])('%s', (_, made, more, told) => {
    expect(notices(made, more)).toEqual([expect.stringMatching(told)]);
  });

  test('of a method without an expert only what concerns it', () => {
    const labels = everyClass.map(() => 0);
    expect(notices({ nets: { expert: undefined } }, { labels, groups: 3 })).toEqual([]);
  });
});

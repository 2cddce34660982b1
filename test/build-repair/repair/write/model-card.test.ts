import { expect, test } from 'vitest';
import {
  type CardContent,
  classCounts,
  literal,
  modelCard,
} from '../../../../build-repair/repair/write/model-card';
import { plainDiscriminant } from '../../../plain-discriminant';

const content: CardContent = {
  name: 'net',
  classes: 3,
  classNames: ['Ada', 'Ben', 'Cem'],
  input: { height: 12, width: 10, channels: 3, pixels: { kind: '0-1' }, fit: 'stretch' },
  method: 'expert',
  alpha: 0.01,
  nets: {
    bad: 'bad',
    relearned: { folder: 'relearned' },
    expert: { folder: 'expert', from: 'stem' },
  },
  clouds: {},
  kept: { from: 'clean' },
  rule: { kind: 'calibrated', first: plainDiscriminant(['forgetting']), passOver: 0.02 },
  calibration: { scheme: 'cross-fit', folds: 4, images: 90, groups: 30, scores: [] },
  without: [{ evidence: 'latent', reason: 'too few classes' }],
  measured: {
    images: 90,
    accuracyBefore: 0.98,
    accuracyRepaired: 0.97,
    accuracy: 0.966,
    falsePositiveRate: 0.0123,
  },
  made: { seed: 1, engine: 'wasm', clean: { name: 'faces', images: 90, skipped: 2 }, notes: [] },
  tools: { goodnet: '0.1.0' },
};
const counts = classCounts(Int32Array.from([0, 0, 0, 1, 1, 2]), Int32Array.from([0, 1, 2, 3, 4, 5]));

test('what the card tells is what the manifest has', () => {
  expect(counts).toEqual({ classes: 3, fewest: 1, fewestFitted: 1 });
  const card = modelCard(content, counts);
  expect(card).toContain(
    'From 90 clean images of 3 classes, in 30 groups, 1 or more a class: `faces`, 2 more left out',
  );
  expect(card).toContain('False alarms asked for: 1.0 % (α), calibrated on 90 of the clean images, 4 folds.');
  expect(card).toContain('| clean accuracy of the net alone | 98.0 % |');
  expect(card).toContain('On 90 clean images, each judged by a fit that had not seen it. What names');
  expect(card).toContain('| false alarms | 1.2 % |');
  expect(card).toContain('Without the evidence `latent`: `too few classes`.');
  expect(card).toContain('backdoored? It was not asked.');
  expect(card).toContain(
    'Names: those of the net and of the sets that it was made from, and of its 3 classes',
  );
  // The names themselves may be those of people.
  expect(card).not.toMatch(/Ada|Ben|Cem/);
  // Allowed to hold images, but these told nothing of triggers.
  expect(card).toContain('Pictures: none.');
});

test('the model card says what was found, and of a method without a rate that it has none', () => {
  const target = { rate: 1, score: 9, area: 0.1, trigger: 'finding/pattern-2.png' };
  const finding = { backdoored: true, score: 9, limit: 2, tried: 3, targets: [{ class: 2, ...target }] };
  expect(modelCard({ ...content, finding }, counts)).toMatch(
    /signs of it, toward class 2;[\s\S]*no image is in them/,
  );
  const clears = modelCard({ ...content, finding: { ...finding, backdoored: false, targets: [] } }, counts);
  expect(clears).toMatch(/No sign of it was found, which clears no net/);
  const magnitude = modelCard({ ...content, method: 'magnitude', rule: { kind: 'disagreement' } }, counts);
  expect(magnitude).toContain('No rate of false alarms was promised');
});

test('the net that stands alone: where it is, what it does by itself, and whether it is repaired', () => {
  expect(modelCard(content, counts)).not.toContain('`repaired/`.');
  const nets = { ...content.nets, repaired: { folder: 'repaired' } };
  const of = (after: number, images = 50) => {
    const repaired = { images, accuracyBefore: 0.98, accuracy: 0.974, implanted: { before: 0.99, after } };
    return modelCard({ ...content, nets, measured: { ...content.measured, repaired } }, counts);
  };
  const card = of(0.021);
  expect(card).toContain('the net in `relearned/`, asked without the detector, still follows a trigger.');
  expect(card).toContain('To be taken apart where need be: the net in `repaired/` stands alone.');
  expect(card).toContain('The net in `repaired/` alone, on 50 clean images that it was not made from:');
  expect(card).toContain('| clean accuracy | 98.0 % | 97.4 % |');
  expect(card).toMatch(/^\| answered with the target of a trigger .* \| 99\.0 % \| 2\.1 % \|$/m);
  expect(card).not.toMatch(/Not repaired|beside a flag \|/);
  expect(of(0.4)).toMatch(/Not to be taken apart, either: [\s\S]*\*\*Not repaired: 40 % of the images/);
  expect(of(0.4)).not.toContain('To be taken apart where need be');
  expect(of(0, 0)).toContain('on the clean images that it was made from, as none could be held out');
});

test.each([
  ['<img src=x onerror=alert(1)>', '`<img src=x onerror=alert(1)>`'],
  ['a`b``c', '``` a`b``c ```'],
  ['`', '`` ` ``'],
  ['two\nlines\n\n# and a heading', '`two lines # and a heading`'],
  ['\u001b[2Jgone\u202e', '`\\x1b[2Jgone\\u202e`'],
  ['', '`?`'],
])('a name of a stranger’s is no Markdown, and no order to a terminal: %j', (name, shown) => {
  expect(literal(name)).toBe(shown);
  const made = { ...content.made, clean: { ...content.made.clean, name }, notes: [name] };
  const card = modelCard({ ...content, name: name || '?', made }, counts);
  expect(card.split(shown).length).toBeGreaterThanOrEqual(4);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  expect(card).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  expect(card.split('\n').filter((line) => line.startsWith('#'))).toHaveLength(7);
});

import { expect, test } from 'vitest';
import { headOf, lineOf } from '../../../build-repair/screen/rows';

const verdict = {
  class: 43,
  backdoored: true,
  pValue: 0.001,
  suspicion: -0.5,
  answer: { class: 5, probability: 0.9 },
  bad: { class: 5, probability: 0.9 },
  repaired: { class: 2, probability: 0.5 },
};

const by = { model: 'signs', alpha: 0.01 };

test('each JSON line of screening has a verdict or an error', () => {
  expect(headOf('jsonl')).toBe('');
  expect(JSON.parse(lineOf({ image: 'a.png', verdict, className: undefined }, 'jsonl', by))).toEqual({
    image: 'a.png',
    ...verdict,
  });
  expect(JSON.parse(lineOf({ image: 'a.png', error: 'x' }, 'jsonl', by))).toEqual({
    image: 'a.png',
    error: 'x',
  });
});

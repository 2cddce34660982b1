import { describe, expect, it } from 'vitest';
import { rateOf } from '../build-repair/evaluate/interval';
import { markdown, section, short } from './markdown';

describe('Markdown tables', () => {
  it('have figures to the right, words to the left', () => {
    expect(
      markdown(
        ['net', 'B'],
        [
          ['faces', '97.7 (97.2–98.1)'],
          ['a', '100.0'],
        ],
      ),
    ).toBe(
      [
        '| net   |                B |',
        '| :---- | ---------------: |',
        '| faces | 97.7 (97.2–98.1) |',
        '| a     |            100.0 |',
      ].join('\n'),
    );
  });

  it('leave out columns that have no entry, and keep those that have one', () => {
    const rows = [
      ['a', '', '1'],
      ['b', '', ''],
    ];
    expect(markdown(['net', 'none', 'some'], rows).split('\n')[0]).toBe('| net | some |');
  });

  it('escape what would end a cell', () => {
    expect(markdown(['what'], [['a | b']])).toContain('| a \\| b |');
  });

  it('have their titles above them, and no gaps for parts that are empty', () => {
    expect(section('Title', 'one', '', 'two')).toBe('### Title\n\none\n\ntwo');
  });

  it('have rates in per cent with short intervals', () => {
    expect(short(rateOf(3738, 3849))).toBe('97.1 (96.5–97.6)');
  });
});

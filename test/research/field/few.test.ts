import { describe, expect, it } from 'vitest';
import { fewOf } from './few';

const labels = (classes: number, each: number) =>
  Int32Array.from({ length: classes * each }, (_, i) => Math.floor(i / each));

describe('few clean images', () => {
  it('are so many of each class, spread over them, the most first', () => {
    const few = fewOf(labels(3, 100), 3);
    expect(few.map(({ name, images }) => [name, images.length])).toEqual([
      ['50 a class', 150],
      ['20 a class', 60],
      ['10 a class', 30],
      ['5 a class', 15],
      ['2 a class', 6],
    ]);
    expect([...few.at(-1)!.images]).toEqual([0, 50, 100, 150, 200, 250]);
  });

  it('are all that there are where a class has fewer, once', () => {
    expect(fewOf(labels(4, 9), 4).map(({ name }) => name)).toEqual(['9 a class', '5 a class', '2 a class']);
    const uneven = Int32Array.of(0, 0, 0, 0, 0, 0, 1);
    expect(fewOf(uneven, 2).map(({ images }) => images.length)).toEqual([7, 6, 3]);
  });

  it('of many classes, are also one of every tenth', () => {
    const last = fewOf(labels(1200, 3), 1200).at(-1)!;
    expect(last.name).toBe('1 of a tenth of the classes');
    expect(last.images.length).toBe(120);
    expect(last.images[1]).toBe(30);
  });
});

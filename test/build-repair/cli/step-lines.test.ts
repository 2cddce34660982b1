import { afterEach, describe, expect, test, vi } from 'vitest';
import { leftInWords, StepLines, wholeInWords } from '../../../build-repair/cli/step-lines';
import type { Step } from '../../../build-repair/steps';

const STEPS: Step[] = ['Reading the images', 'Fitting the detector', 'Measuring'].map((name) => ({
  name,
  parts: [{ stage: name, cost: 10 }],
}));
const ESC = '\u001b';

let lines: StepLines | undefined;
afterEach(() => lines?.finish());

/** Lines on a stream, and what was written there; each of three steps takes a minute, and is heard of every half second. */
function onStream(
  stream: { isTTY: boolean; columns?: number },
  { minutes = 1, ...options }: { env?: NodeJS.ProcessEnv; verbose?: boolean; minutes?: number } = {},
) {
  const written: string[] = [];
  let now = 0;
  const write = (text: string) => written.push(text);
  lines = new StepLines({
    env: {},
    ...options,
    stream: { ...stream, write } as unknown as NodeJS.WriteStream,
    now: () => now,
  });
  const work = lines;
  const run = () => {
    work.begin(STEPS);
    for (const { name } of STEPS) {
      for (let done = 1; done <= 120; done++) {
        now += 500 * minutes;
        work.report({ stage: name, done, total: 120, loss: 0.5 });
      }
    }
    work.finish();
  };
  return { work, written, run };
}

describe('where nobody watches', () => {
  test.each([
    ['a pipe', { isTTY: false }, {}],
    ['a dumb terminal', { isTTY: true, columns: 80 }, { TERM: 'dumb' }],
  ])(
    '%s: plain lines, one a step with the time left for all, and one every ten seconds',
    (_, stream, env) => {
      const { written, run } = onStream(stream, { env });
      run();
      expect(written.join('')).not.toContain(ESC);
      expect(written.join('')).not.toContain('\r');
      expect(written[0]).toBe('Step 1 of 3: Reading the images\n');
      for (const [i, { name }] of STEPS.entries()) {
        const own = written.filter((line) => line.startsWith(`Step ${i + 1} of 3: ${name}`));
        expect(own.length, name).toBeGreaterThanOrEqual(6);
        expect(own.length, name).toBeLessThanOrEqual(8);
      }
      expect(written).toContainEqual(
        expect.stringMatching(/^Step 2 of 3: .*, 3\d % of all, about 2 min left\n$/),
      );
    },
  );

  test('a silent step is heard of all the same', () => {
    vi.useFakeTimers();
    try {
      const written: string[] = [];
      const stream = {
        isTTY: false,
        write: (text: string) => written.push(text),
      } as unknown as NodeJS.WriteStream;
      lines = new StepLines({ stream, env: {}, now: () => Date.now() });
      lines.begin(STEPS);
      vi.advanceTimersByTime(61_000);
      expect(written.length).toBe(7);
      lines.finish();
      vi.advanceTimersByTime(61_000);
      expect(written.length).toBe(7);
    } finally {
      vi.useRealTimers();
    }
  });

  test('details are told on demand only', () => {
    const quiet = onStream({ isTTY: false });
    quiet.run();
    quiet.work.detail('Engine: wasm');
    expect(quiet.written.join('')).not.toMatch(/loss|Engine|took/);
    const verbose = onStream({ isTTY: false }, { verbose: true });
    verbose.work.detail('Engine: wasm');
    verbose.run();
    expect(verbose.written.join('')).toMatch(
      /Engine: wasm\n[\s\S]*^ {2}Measuring: 100 %, loss 0\.500, took 60 s$/m,
    );
  });

  test('tell whose steps they are, where there are several', () => {
    const { work, written } = onStream({ isTTY: false });
    work.begin(STEPS, '[2/8] faces');
    expect(written).toEqual(['[2/8] faces, step 1 of 3: Reading the images\n']);
  });
});

describe('on a terminal', () => {
  test.each([40, 80, 160])('one line of at most %i columns, which is gone at the end', (columns) => {
    const { written, run } = onStream({ isTTY: true, columns }, { env: { NO_COLOR: '1' } });
    run();
    expect(written.join('')).not.toContain('\n');
    expect(written.at(-1)).toBe(`\r${ESC}[2K`);
    const shown = written.map((line) => line.replace(`\r${ESC}[2K`, ''));
    for (const line of shown) expect(line.length).toBeLessThan(columns);
    if (columns > 40)
      expect(shown).toContainEqual(
        expect.stringMatching(/^Step 2 of 3: Fitting the detector ━+─+ +5\d %, about 85 s left$/),
      );
  });

  test('what is said stands above it', () => {
    const { work, written } = onStream({ isTTY: true, columns: 80 }, { env: { NO_COLOR: '1' } });
    work.begin(STEPS);
    work.say('A line');
    work.report({ stage: 'Measuring', done: 1, total: 2 });
    expect(written.slice(1)).toEqual([
      `\r${ESC}[2K`,
      'A line\n',
      expect.stringContaining('Step 3 of 3: Measuring'),
    ]);
  });

  test('has colours unless NO_COLOR takes them', () => {
    for (const [env, coloured] of [
      [{}, true],
      [{ NO_COLOR: '1' }, false],
    ] as const) {
      const { written, run } = onStream({ isTTY: true, columns: 80 }, { env });
      run();
      expect(written.join('').includes(`${ESC}[36m`)).toBe(coloured);
    }
  });
});

test('long work: once it is known how long it takes, that is said, once', () => {
  const { work, written } = onStream({ isTTY: false });
  work.begin([{ name: 'Running', parts: [{ stage: 'Running', cost: 1 }] }]);
  work.report({ stage: 'Running', done: 1, total: 1000 });
  expect(written.join('')).not.toContain('All of it');
  const { written: long, run } = onStream({ isTTY: false }, { minutes: 10 });
  run();
  expect(long.filter((line) => line.startsWith('All of it'))).toEqual([
    'All of it will take about 30 minutes.\n',
  ]);
  const { written: short, run: runShort } = onStream({ isTTY: false });
  runShort();
  expect(short.join('')).not.toContain('All of it');
  expect(wholeInWords(3000, true)).toBe(
    'All of it will take about 50 minutes; natively (npm run setup:native) about 25.',
  );
});

test('the time that is left is shown in words that do not change with every report', () => {
  expect([0, 4, 12.2, 33, 89, 91, 250].map(leftInWords)).toEqual([
    'a few seconds left',
    'a few seconds left',
    'about 13 s left',
    'about 35 s left',
    'about 90 s left',
    'about 2 min left',
    'about 5 min left',
  ]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rowsToStdout } from '../../build-repair/cli/output';
import { print, printJson } from '../../build-repair/cli/print';
import { ProgressLines } from '../../build-repair/cli/progress-lines';
import { run } from '../../build-repair/cli/run';
import { StepLines } from '../../build-repair/cli/step-lines';
import { lineOf } from '../../build-repair/screen/rows';
import { defectText } from '../../functions/observe/defect';
import { printable, printableJson } from '../../models/printable';

/** A title for the window, colours, a line that overwrites another, C1's CSI, text from right to left. */
const EVIL = '\u001b]0;owned\u0007\u001b[31mred\u001b[2K\rclean\u009b1A\u202egnp.\u007f';
const SHOWN = '\\x1b]0;owned\\x07\\x1b[31mred\\x1b[2K\\x0dclean\\x9b1A\\u202egnp.\\x7f';
const ORDERS = /(?!\n)[\p{Cc}\u202e]/u;
const work = mkdtempSync(join(tmpdir(), 'goodnet-printable-'));

let said: string;
const hear = (text: unknown) => {
  said += `${text}\n`;
  return true;
};

beforeEach(() => {
  said = '';
  vi.spyOn(console, 'log').mockImplementation(hear);
  vi.spyOn(console, 'error').mockImplementation(hear);
  vi.spyOn(process.stdout, 'write').mockImplementation(hear);
  vi.spyOn(process.stderr, 'write').mockImplementation(hear);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('control characters', () => {
  it('are told, not done; a tab and the end of a line stay', () => {
    expect(printable(EVIL)).toBe(SHOWN);
    expect(printable('a\tb\nß ＝ 🙂 café')).toBe('a\tb\nß ＝ 🙂 café');
    expect(printable('\u001b[1mbold\u001b[22m \u001b[2J', { colours: true })).toBe(
      '\u001b[1mbold\u001b[22m \\x1b[2J',
    );
    const json = JSON.stringify({ name: EVIL }, null, 2);
    expect(JSON.parse(printableJson(json))).toEqual({ name: EVIL });
    expect(printableJson(json)).not.toMatch(ORDERS);
  });

  it('of a file’s name are in no error, nor of a flag', async () => {
    const path = join(work, `net${EVIL}.h5`);
    writeFileSync(path, 'no net');
    expect(await run(['inspect', path])).toBe(1);
    expect(await run(['inspect', path, `--${EVIL}`])).toBe(2);
    expect(await run(['inspect', path, '--verbose'])).toBe(1);
    expect(said).toContain(`net${SHOWN}.h5`);
    expect(said).not.toMatch(ORDERS);
  });

  it('are in no text that is printed, colours on or off', () => {
    vi.stubEnv('NO_COLOR', '1');
    print(EVIL);
    printJson({ name: EVIL });
    new ProgressLines().say(EVIL);
    const lines = new StepLines();
    lines.begin([{ name: 'Reading', parts: [{ stage: 'Reading', cost: 1 }] }], EVIL);
    lines.say(EVIL);
    lines.finish();
    said += defectText(new Error(EVIL, { cause: new Error(EVIL) }));
    expect(said.match(/owned/g)!.length).toBeGreaterThanOrEqual(7);
    expect(said).not.toMatch(ORDERS);
    vi.stubEnv('NO_COLOR', '');
    vi.stubEnv('FORCE_COLOR', '1');
    said = '';
    print(EVIL);
    expect(said.replace('\u001b[31m', '')).not.toMatch(ORDERS);
  });

  it('of an image’s name are in no row on a terminal, and stay where rows are piped', async () => {
    const { isTTY } = process.stdout;
    const row = { image: EVIL, error: 'none' };
    const by = { model: 'm', alpha: 0.01 };
    try {
      for (const format of ['csv', 'jsonl'] as const) {
        said = '';
        process.stdout.isTTY = true;
        await rowsToStdout(format).write(lineOf(row, format, by));
        expect(said).toContain('owned');
        expect(said).not.toMatch(ORDERS);
      }
      process.stdout.isTTY = false;
      said = '';
      await rowsToStdout('csv').write(lineOf(row, 'csv', by));
      expect(said).toContain(EVIL);
    } finally {
      process.stdout.isTTY = isTTY;
    }
  });
});

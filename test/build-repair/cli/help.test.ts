import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { program, run } from '../../../build-repair/cli/run';

let out = '';
beforeEach(() => {
  out = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += text;
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** Every command that people see, by the words that call it. */
function commandsOf(command: Command, words: string[] = []): { words: string[]; command: Command }[] {
  const below = command.commands.filter((each) => !each.name().endsWith('-worker'));
  return [{ words, command }, ...below.flatMap((each) => commandsOf(each, [...words, each.name()]))];
}
const ALL = commandsOf(program()).map(({ words }) => words);

async function helpOf(words: readonly string[]): Promise<string> {
  out = '';
  expect(await run([...words, '--help'])).toBe(0);
  return out;
}

test('`goodnet` alone prints its help on standard output, and that is no failure', async () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await run([])).toBe(0);
  expect(out).toMatch(/^Usage: goodnet /);
  expect(said).not.toHaveBeenCalled();
  const alone = out;
  expect(await helpOf([])).toBe(alone);
});

test('goodnet --help lists the commands in groups', async () => {
  const help = await helpOf([]);
  for (const group of ['Nets', 'Images', 'Stores of bundles']) expect(help).toContain(`\n${group}:\n`);
  expect(help).not.toMatch(/^Commands:$/m);
});

describe.each(ALL.map((words) => [['goodnet', ...words].join(' '), words] as const))('%s', (name, words) => {
  test.each([undefined, 200])(
    'its help fits a terminal of 80 columns (where there are %s)',
    async (columns) => {
      Object.defineProperty(process.stdout, 'columns', { value: columns, configurable: true });
      for (const line of (await helpOf(words)).split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
    },
  );

  test('every option that must be given is marked, and all stand in groups', async () => {
    const help = await helpOf(words);
    const { command } = commandsOf(program()).find((each) => each.words.join() === words.join())!;
    const required = command.options.filter(({ mandatory }) => mandatory);
    expect(help.match(/\(required\)/g) ?? []).toHaveLength(required.length);
    if (command.options.length > 8) expect(help).not.toMatch(/^Options:$/m);
  });

  test('it shows examples that the command line takes', async () => {
    const help = await helpOf(words);
    const examples = [...help.matchAll(/^ {2}goodnet (.+)$/gm)].map(([, line]) =>
      line!.replace(/ && .*/, ''),
    );
    expect(examples.length).toBeGreaterThan(0);
    for (const line of examples) {
      expect(`goodnet ${line}`.startsWith(name), line).toBe(true);
      // Up to where the work would begin.
      let reached = '';
      const root = program().hook('preAction', (_, { name: called }) => {
        reached = 'called';
        throw new Error(`${called} is not to run`);
      });
      await root.parseAsync(line.split(' '), { from: 'user' }).catch(() => {});
      expect(reached, line).toBe('called');
    }
  });

  test('it tells where there is more to read, and that is there', async () => {
    const [, more] = /^More: (.+)$/m.exec(await helpOf(words))!;
    for (const file of more!.split(', ')) expect(existsSync(file), file).toBe(true);
  });
});

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { usageIn } from './command-line';

const root = join(import.meta.dirname, '..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
/** The programs of the research that take options. */
const programs = Object.entries(scripts).flatMap(([name, line]): [string, string][] => {
  const file = /tsx (test\/\S+\.ts)/.exec(line)?.[1];
  return file && readFileSync(join(root, file), 'utf8').includes('readArgs(') ? [[name, file]] : [];
});
const ran = (file: string, ...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', file, ...args], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
};

describe('programs of the research', () => {
  it('are those that take options', () => {
    expect(programs.map(([name]) => name)).toEqual(
      expect.arrayContaining([
        'ablation',
        'attacks',
        'bench',
        'census',
        'field',
        'findings',
        'places',
        'scale',
        'table',
      ]),
    );
  });

  it.each(programs)('%s says how it is called', (name, file) => {
    expect(usageIn(join(root, file))).toContain(`npm run ${name}`);
  });

  it('--help prints how it is called', () => {
    const file = Object.fromEntries(programs).census!;
    const { status, stdout, stderr } = ran(file, '--help');
    expect(stderr).toBe('');
    expect(stdout.trim()).toBe(usageIn(join(root, file)));
    expect(status).toBe(0);
  });

  it.each([
    ['census', ['--odd'], /^Unknown option '--odd'.*--help tells/],
    ['census', ['not there'], /^not there is no folder/],
    ['bench', ['odd'], /^There is no benchmark odd/],
  ])(
    '%s %j is told in a sentence',
    (name, args, words) => {
      const { status, stdout, stderr } = ran(Object.fromEntries(programs)[name]!, ...args);
      expect(stderr).toMatch(words);
      expect(stderr).not.toMatch(/\n +at /);
      expect([status, stdout]).toEqual([2, '']);
    },
    60_000,
  );
});

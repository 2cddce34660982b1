import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { expect, it } from 'vitest';
import { readConfig } from '../../infra/config';

const table = readFileSync('docs/options.md', 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, names, value] = /^\| (`.*?) \| (.*?) \|/.exec(line) ?? [];
    const values = value?.split(', ') ?? [];
    return [...(names ?? '').matchAll(/`(\w+)`/g)].map(
      ([, name], i) => [name!, values[i] ?? values[0]!] as const,
    );
  });

it('docs/options.md tells every option, and no other', () => {
  const app = new App({ context: { 'goodnet:nix': 1 } });
  const known = /There are: (.*)/.exec(String(catching(() => readConfig(app.node))))![1]!.split(', ');
  expect(table.map(([name]) => name).sort()).toEqual(known.sort());
});

it('docs/options.md tells the defaults', () => {
  const config: Record<string, unknown> = readConfig(new App().node);
  for (const [name, told] of table) {
    const value = config[name];
    // What is told in words.
    if (value === undefined || Array.isArray(value)) continue;
    expect([name, told]).toEqual([name, String(value)]);
  }
});

function catching(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

import { describe, expect, test } from 'vitest';
import { readLog } from './check-log';
import { CHECK_LOG } from './development';
import { FIXED, REGISTRY, registryHash } from './registry';

const MEANING = `The registry of attacks is not the one that was fixed. Where a net of the check was changed, moved or taken out after
anybody saw a figure of it, the check is worth nothing: put it back, or make it one of development and fix new ones in its place. Where
that is so, or no figure was seen, write the new hash into FIXED (registry.ts), and what was decided into docs/method.md`;

describe('the registry of attacks', () => {
  test('is as it was fixed', () => {
    expect(registryHash(REGISTRY), MEANING).toBe(FIXED);
  });

  test('has another hash where an entry is changed, moved, swapped, added or gone', () => {
    const { development, check } = REGISTRY;
    const [first, second, ...others] = check;
    const hashes = [
      { development, check: [{ ...first!, seed: first!.seed + 1 }, second!, ...others] },
      { development, check: [{ ...first!, epochs: first!.epochs + 1 }, second!, ...others] },
      { development, check: check.with(5, { ...check[5]!, triggers: check[4]!.triggers }) },
      { development: [...development, first!], check: [second!, ...others] },
      { development, check: [second!, first!, ...others] },
      { development, check: [...check, second!] },
      { development, check: [second!, ...others] },
      { development: development.slice(1), check },
    ].map(registryHash);
    expect(new Set([registryHash(REGISTRY), ...hashes]).size).toBe(hashes.length + 1);
  });

  test('has each name once, and in check nothing that development has: other triggers, or another seed', () => {
    const { development, check } = REGISTRY;
    const names = [...development, ...check].map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(development.every(({ part }) => part === 'development')).toBe(true);
    expect(check.every(({ part }) => part === 'check')).toBe(true);
    const seeds = new Set(development.map(({ seed }) => seed));
    expect(check.filter(({ seed }) => seeds.has(seed))).toEqual([]);
  });

  test('has no net in check that was checked once, as part of another registry', () => {
    const seen = readLog(CHECK_LOG).filter(({ registry }) => registry !== FIXED);
    const names = new Set(seen.map(({ attack, seed }) => `${attack} ${seed}`));
    expect(REGISTRY.check.filter(({ name, seed }) => names.has(`${name} ${seed}`))).toEqual([]);
  });
});

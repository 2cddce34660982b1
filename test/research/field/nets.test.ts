import { describe, expect, it } from 'vitest';
import { CHECK } from '../attacks/check-catalogue';
import { GIVEN, netsOf, SELF_MADE } from './nets';

describe('nets of the field', () => {
  it('are the given backdoored ones', () => {
    expect(GIVEN.map(({ name }) => name).sort()).toEqual([
      'cifar10-patch',
      'cifar10-source',
      'cifar10-warp',
      'faces1283-anonymous_1',
      'faces1283-multi',
      'faces1283-stealth',
      'faces1283-sunglasses',
      'signs43',
    ]);
    expect(netsOf([])).toBe(GIVEN);
  });

  it('are found by name, or by how a name begins; none of the check is among them', () => {
    expect(netsOf(['cifar10-warp', 'cifar-st*']).map(({ name }) => name)).toEqual([
      'cifar10-warp',
      'cifar-stealth',
    ]);
    const names = new Set(SELF_MADE.map(({ name }) => name));
    expect(CHECK.length).toBeGreaterThan(0);
    expect(CHECK.filter(({ name }) => names.has(name))).toEqual([]);
    expect(() => netsOf([CHECK[0]!.name])).toThrow('There is no net');
  });
});

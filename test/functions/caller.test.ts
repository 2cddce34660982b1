import { describe, expect, it } from 'vitest';
import { networkOf } from '../../functions/caller';

describe('callers without a token', () => {
  it('are addresses of IPv4, and networks of IPv6, however they are written', () => {
    const of = (...addresses: string[]) => new Set(addresses.map(networkOf));
    expect(of('192.0.2.7', '::ffff:192.0.2.7', '::FFFF:192.0.2.7')).toEqual(new Set(['192.0.2.7']));
    expect(of('192.0.2.7', '192.0.2.8').size).toBe(2);
    const one = ['2001:db8::1', '2001:0db8:0:0:9:9:9:9', '2001:DB8:0:0:1::', '2001:db8::ffff:1%eth0'];
    expect(of(...one)).toEqual(new Set(['2001:db8:0:0::/64']));
    expect(of('2001:db8::1', '2001:db8:0:1::1').size).toBe(2);
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
    expect(networkOf('')).toBe('');
  });
});

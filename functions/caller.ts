import type { Context } from 'hono';

/** The share of what is shared that one caller may have, so that there is room for others, whatever it sends. */
export const ONE_CALLER = 3 / 4;

/**
 * Who asks: by the name of its token, where tokens are asked for, else by its network; of all whose address is not known,
 * one. What is shared between callers (room, turns) goes by it.
 */
export function callerOf(c: Context): string {
  const token = c.get('caller') as string | undefined;
  if (token !== undefined) return `token ${token}`;
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return `address ${networkOf(incoming?.socket?.remoteAddress ?? '')}`;
}

/**
 * An IPv4 address, or the first 64 bits of one of IPv6: who has one of these has all that begin so (RFC 6177), and would
 * else be as many callers as it likes.
 */
export function networkOf(address: string): string {
  const [, mapped] = /^::ffff:([\d.]+)$/i.exec(address) ?? [];
  if (mapped !== undefined || !address.includes(':')) return mapped ?? address;
  const [start = [], end] = address.replace(/%.*$/, '').toLowerCase().split('::').map(groupsOf);
  const between = end ? Array<string>(Math.max(0, 8 - start.length - end.length)).fill('0') : [];
  return `${[...start, ...between, ...(end ?? [])].slice(0, 4).join(':')}::/64`;
}

const groupsOf = (part: string) =>
  part === '' ? [] : part.split(':').map((group) => group.replace(/^0+(?=.)/, ''));

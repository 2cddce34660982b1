import { BlockList, isIP } from 'node:net';
import type { MiddlewareHandler } from 'hono';
import { clipped } from './json';
import { Problem } from './problem';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** Whether a host name or address leads to this machine alone: localhost, 127.x, ::1. */
export function isLoopback(name: string): boolean {
  if (/^(.+\.)?localhost\.?$/i.test(name)) return true;
  const version = isIP(name);
  return version !== 0 && LOOPBACK.check(name, version === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Refuses requests that ask for another host than this machine. A page of any site may have its own name lead to this
 * machine (DNS rebinding), and its reader's browser would let it ask here and read the answers; it can't help the browser
 * telling the name. A request that names no host comes from no browser.
 */
export const thisMachineOnly: MiddlewareHandler = async (c, next) => {
  const host = c.req.header('host');
  if (host !== undefined) {
    const [, address, name] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
    if (!isLoopback(address ?? name ?? '')) {
      throw new Problem(
        'misdirected',
        `The request is for ${clipped(host)}; this service answers to localhost, 127.0.0.1 and [::1] alone. To be asked by another name it needs tokens (--tokens), or --no-auth where something else guards it.`,
      );
    }
  }
  await next();
};

import type { Context } from 'hono';

/** The share of what is shared that one caller may have, so that there is room for others, whatever it sends. */
export const ONE_CALLER = 3 / 4;

/**
 * Who asks: by the name of its token, where tokens are asked for, else by its address; of all whose address is not known,
 * one. What is shared between callers (room, turns) goes by it.
 */
export function callerOf(c: Context): string {
  const token = c.get('caller') as string | undefined;
  if (token !== undefined) return `token ${token}`;
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  return `address ${incoming?.socket?.remoteAddress ?? ''}`;
}

import type { MiddlewareHandler } from 'hono';
import type { ProblemDetails } from '../problem';

/**
 * The protocol's clients read what went wrong from `error`: problems carry it, too (RFC 9457 lets them have members of
 * their own).
 */
export function oipErrors(): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (c.res.headers.get('content-type') !== 'application/problem+json') return;
    const details = (await c.res.json()) as ProblemDetails;
    const body = JSON.stringify({ ...details, error: details.detail ?? details.title });
    c.res = new Response(body, c.res);
  };
}

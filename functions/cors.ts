import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';

/** How long a browser need not ask again whether it may, in seconds. */
const MAX_AGE = 600;

/**
 * Lets pages of other origins call. Any other OPTIONS than a browser's preflight goes on, to be told what a path takes.
 * @param origins those that may, or `*`
 */
export function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  const answer = cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST'],
    exposeHeaders: ['ETag', 'Inference-Header-Content-Length', 'Retry-After', 'X-Request-Id'],
    maxAge: MAX_AGE,
  });
  return (c, next) => {
    const isPreflight = c.req.header('access-control-request-method') !== undefined;
    return c.req.method === 'OPTIONS' && !isPreflight ? next() : answer(c, next);
  };
}

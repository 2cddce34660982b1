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
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') {
      const isPreflight = c.req.header('access-control-request-method') !== undefined;
      return await (isPreflight ? answer(c, next) : next());
    }
    // Afterwards: an ETag's 304 drops what was set before, and a browser would go by the origin that it has kept.
    await next();
    await answer(c, async () => {});
  };
}

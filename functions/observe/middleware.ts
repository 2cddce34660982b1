import type { MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { Watch } from './watch';

/** Takes the time of each request, under its route's pattern: paths would be without number. */
export function watched(watch: Watch): MiddlewareHandler {
  return async (c, next) => {
    const start = performance.now();
    await next();
    const route = matchedRoutes(c).findLast(({ path }) => !path.endsWith('*'))?.path ?? 'none';
    watch.request(route, c.req.method, c.res.status, (performance.now() - start) / 1000);
  };
}

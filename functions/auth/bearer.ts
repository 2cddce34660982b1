import type { MiddlewareHandler } from 'hono';
import { DOCS_PATHS } from '../api/docs';
import { Problem } from '../problem';
import { PAGE_PATHS } from '../routes/page';
import type { TokenCheck } from './tokens';

/** What is told to everybody: whether the service is there, what it looks like, and how it is asked. */
const OPEN = new Set(['/health/live', '/health/ready', '/openapi.json', ...DOCS_PATHS, ...PAGE_PATHS]);

/** Lets only those in who bring a token (RFC 6750), but for what is open to all. */
export function bearerAuth(check: TokenCheck): MiddlewareHandler {
  return async (c, next) => {
    if (!OPEN.has(c.req.path) && c.req.method !== 'OPTIONS') {
      const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
      if (token === undefined) {
        throw new Problem('unauthorised', 'Send "Authorization: Bearer TOKEN".', {
          'WWW-Authenticate': 'Bearer realm="goodnet"',
        });
      }
      const name = check(token);
      if (name === undefined) {
        throw new Problem('unknown-token', 'The token is not known here.', {
          'WWW-Authenticate': 'Bearer realm="goodnet", error="invalid_token"',
        });
      }
      c.set('caller', name);
    }
    await next();
  };
}

import { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Described } from './described';
import { openApi } from './document';

/** `GET /openapi.json`: what the service answers. */
export function openApiRoute(described: Described): Hono {
  let text: string | undefined;
  return new Hono().use(etag()).get('/', (c) => {
    text ??= JSON.stringify(openApi(described));
    return c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  });
}

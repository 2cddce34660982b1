import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { openApi } from './document';

/** `GET /openapi.json`: what the service answers. */
export function openApiRoute(options: { readonly needsToken: boolean }): Hono {
  let text: string | undefined;
  return new Hono().use(etag()).get('/', (c) => {
    text ??= JSON.stringify(openApi(options));
    return c.body(text, 200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache' });
  });
}

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Described } from './described';
import { LIST_POLICY, listOf } from './list';

const HTML = 'text/html; charset=utf-8';
const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The page's files, as scripts/build-docs.mjs makes them; those that end in .gz are sent so: every browser takes that. */
const FILES = [
  { path: '/', file: 'index.html', type: HTML },
  { path: '/docs.css', file: 'docs.css', type: CSS },
  { path: '/docs.js', file: 'docs.js', type: SCRIPT },
  { path: '/swagger-ui.css', file: 'swagger-ui.css.gz', type: CSS },
  { path: '/swagger-ui-bundle.js', file: 'swagger-ui-bundle.js.gz', type: SCRIPT },
  { path: '/licenses.txt', file: 'licenses.txt', type: 'text/plain; charset=utf-8' },
] as const;

/** Where the page lies. */
export const DOCS_PATHS: readonly string[] = FILES.map(({ path }) => `/docs${path}`.replace(/\/$/, ''));

/** What the page may load: its own files, this service's answers, and the pictures in Swagger UI's styles. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' blob: data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * `GET /docs`: /openapi.json as a page, where requests can be tried; it asks no other host for anything. The files are
 * read when they are asked for: few ask, and a service need not hold half a megabyte for them.
 * @param pageFolder as scripts/build-page.mjs makes it; without it (on Lambda) the page is a plain list
 */
export function docsRoute(described: Described, pageFolder: string | undefined): Hono {
  const app = new Hono().use(etag());
  const folder = pageFolder === undefined ? undefined : join(pageFolder, 'docs');
  if (folder === undefined || !existsSync(folder)) {
    return app.get('/', (c) => {
      c.header('Cache-Control', 'no-cache');
      c.header('Content-Security-Policy', LIST_POLICY);
      return c.html(listOf(described));
    });
  }
  for (const { path, file, type } of FILES) {
    app.get(path, async (c) => {
      const bytes = await readFile(join(folder, file));
      c.header('Content-Type', type);
      c.header('Cache-Control', 'no-cache');
      c.header('Content-Security-Policy', POLICY);
      if (file.endsWith('.gz')) c.header('Content-Encoding', 'gzip');
      return c.body(new Uint8Array(bytes));
    });
  }
  return app;
}

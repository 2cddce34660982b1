import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { samplesRoute } from './samples';

const FILES = [
  { path: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { path: '/page/page.css', file: 'page.css', type: 'text/css; charset=utf-8' },
  { path: '/page/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
] as const;

/** Where the page lies. */
export const PAGE_PATHS: readonly string[] = FILES.map(({ path }) => path);

/** What the page may load: its own files, this service's answers, and the pictures that were chosen. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * `GET /`: a page for people.
 * @param folder of its files, as scripts/build-page.mjs makes it
 * @param samples a folder of pictures that it offers to try
 */
export function pageRoute(folder: string, samples: string | undefined): Hono {
  const app = new Hono().use(etag());
  for (const { path, file, type } of FILES) {
    const text = readFileSync(join(folder, file), 'utf8');
    app.get(path, (c) =>
      c.body(text, 200, {
        'Content-Type': type,
        'Cache-Control': 'no-cache',
        'Content-Security-Policy': POLICY,
      }),
    );
  }
  return app.route('/page/samples', samplesRoute(samples));
}

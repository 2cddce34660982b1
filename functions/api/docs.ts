import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import { etag } from 'hono/etag';
import { html, raw } from 'hono/html';
import { openApi } from './document';

const STYLE = `:root{color-scheme:light dark;--line:#8884;--soft:#8881}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.1rem;margin:0}code,pre{font:14px/1.5 ui-monospace,monospace}
article{border:1px solid var(--line);border-radius:8px;padding:1rem;margin:1rem 0}
.verb{display:inline-block;min-width:3.5rem;font-weight:700}table{border-collapse:collapse;width:100%}
td{border-top:1px solid var(--line);padding:.3rem .5rem;vertical-align:top}td:first-child{white-space:nowrap}
pre{background:var(--soft);padding:1rem;border-radius:8px;overflow:auto}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { name: string; in: string; description?: string }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, { description: string }>;
}

/** `GET /docs`: /openapi.json as a page; it asks no other host for anything. */
export function docsRoute(): Hono {
  return new Hono().use(etag()).get('/', (c) => {
    c.header('Cache-Control', 'no-cache');
    c.header(
      'Content-Security-Policy',
      `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-ancestors 'none'`,
    );
    return c.html(page());
  });
}

function page() {
  const { paths, components } = openApi({ needsToken: false }) as {
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  };
  const operations = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => section(verb, path, operation)),
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<article id="${name}"><h2>${name}</h2><pre>${JSON.stringify(schema, null, 2)}</pre></article>`,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>GoodNet: the service</title><style>${raw(STYLE)}</style></head>
<body><main><h1>GoodNet: the service</h1>
<p>For programs: <a href="openapi.json"><code>openapi.json</code></a> (OpenAPI 3.1).</p>
<pre>curl --data-binary @face.png http://127.0.0.1:8080/v1/classify</pre>
${operations}<h1>Schemas</h1>${schemas}</main></body></html>`;
}

function section(
  verb: string,
  path: string,
  { summary, parameters = [], requestBody, responses }: Operation,
) {
  const asked = parameters.map((each) => row(`${each.name} (${each.in})`, each.description ?? ''));
  const bodies = requestBody ? row('body', Object.keys(requestBody.content).join(', ')) : '';
  const answers = Object.entries(responses).map(([status, { description }]) => row(status, description));
  return html`<article><h2><span class="verb">${verb.toUpperCase()}</span> <code>${path}</code></h2>
<p>${summary}</p><table>${asked}${bodies}${answers}</table></article>`;
}

function row(name: string, text: string) {
  return html`<tr><td><code>${name}</code></td><td>${text}</td></tr>`;
}

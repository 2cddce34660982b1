import { createHash } from 'node:crypto';
import { html, raw } from 'hono/html';
import type { Described } from './described';
import { openApi } from './document';

const STYLE = `:root{color-scheme:light dark;--line:#8886;--soft:#8881}*{box-sizing:border-box}
body{background:Canvas;color:CanvasText;font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin:2rem 0 0}code,pre{font:.9rem/1.5 ui-monospace,monospace}
details{border:1px solid var(--line);border-radius:8px;padding:.6rem 1rem;margin:.6rem 0}
summary{cursor:pointer}summary span{display:block}.verb{font-weight:700}
dt{margin-top:.6rem}dd{margin:0 0 0 1rem}pre{background:var(--soft);padding:1rem;border-radius:8px;white-space:pre-wrap}`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What the list may load: its style alone. */
export const LIST_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Operation {
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly { name: string; in: string; description?: string }[];
  readonly requestBody?: { content: Record<string, unknown> };
  readonly responses: Record<string, { description: string }>;
}

/** /openapi.json as a plain list that opens and closes, without a script. */
export function listOf(described: Described) {
  const { tags, paths, components } = openApi(described) as {
    tags: readonly { name: string; description: string }[];
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, object> };
  };
  const operations = Object.entries(paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, operation]) => ({ path, verb, operation })),
  );
  const sections = tags.map(
    ({ name, description }) => html`<h2>${name}</h2><p>${plain(description)}</p>
${operations
  .filter(({ operation }) => operation.tags.includes(name))
  .map(({ path, verb, operation }) => section(verb, path, operation))}`,
  );
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      html`<details id="${name}"><summary><code>${name}</code></summary><pre>${JSON.stringify(schema, null, 2)}</pre></details>`,
  );
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>GoodNet: the API</title><link rel="icon" href="data:,"><style>${raw(STYLE)}</style></head>
<body><main><h1>GoodNet: the API</h1>
<p>For programs, with examples: <a href="openapi.json"><code>openapi.json</code></a> (OpenAPI 3.1).</p>
<p>From a shell, with this page’s address less its <code>docs</code>:</p>
<pre>curl --data-binary @picture.png "$ADDRESS/v1/classify"</pre>
${sections}<h2>Schemas</h2>${schemas}</main></body></html>`;
}

function section(verb: string, path: string, operation: Operation) {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const rows = parameters.map((each) => row(`${each.name} (${each.in})`, each.description ?? ''));
  const bodies = requestBody ? row('body', Object.keys(requestBody.content).join(', ')) : '';
  const answers = Object.entries(responses).map(([status, { description }]) => row(status, description));
  return html`<details><summary><code class="verb">${verb.toUpperCase()}</code> <code>${path}</code> <span>${summary}</span></summary>
<p>${plain(description)}</p><dl>${rows}${bodies}${answers}</dl></details>`;
}

function row(name: string, text: string) {
  return html`<dt><code>${name}</code></dt><dd>${plain(text)}</dd>`;
}

/** Markdown as it is read aloud: without the marks of code and links. */
function plain(text: string): string {
  return text.replace(/`/g, '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
}

// The API's page: shows openapi.json with Swagger UI, which lies beside it, and sends what is tried to the service that
// it came from. No other host is asked.
import { at } from '../elements';
import { layout } from './layout';
import { mend } from './mend';

declare const SwaggerUIBundle: (options: object) => unknown;

interface Described {
  readonly security?: readonly object[];
}

/** Where the service is, as this browser sees it: behind a proxy the service itself can't know. */
const base = new URL('.', location.href).href.replace(/\/$/, '');

function curl({ security = [] }: Described, model: string | undefined): string {
  const token = security.length > 0 ? ' -H "Authorization: Bearer $GOODNET_TOKEN"' : '';
  const path = model === undefined ? '/v1/classify' : `/v1/models/${encodeURIComponent(model)}/classify`;
  return `curl --data-binary @picture.png${token} ${base}${path}`;
}

/** A model's name where there are several, and one must be named; unknown where a token is wanted for it. */
async function oneOfSeveral({ security = [] }: Described): Promise<string | undefined> {
  if (security.length > 0) return undefined;
  const response = await fetch('v1/models');
  if (!response.ok) return undefined;
  const { models } = (await response.json()) as { models: readonly string[] };
  return models.length > 1 ? models[0] : undefined;
}

async function show(): Promise<void> {
  const response = await fetch('openapi.json');
  if (!response.ok) throw new Error(`It is answered ${response.status}.`);
  const described = (await response.json()) as Described;
  at('curl', HTMLElement).textContent = curl(described, await oneOfSeveral(described));
  const reference = at('reference', HTMLElement);
  mend(reference);
  SwaggerUIBundle({
    spec: { ...described, servers: [{ url: base }] },
    domNode: reference,
    defaultModelsExpandDepth: 0,
    defaultModelExpandDepth: 2,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    // It would ask another host whether the document is valid.
    validatorUrl: 'none',
    plugins: [layout],
    layout: 'GoodNetLayout',
  });
}

/** Swagger UI is dark where the root is of this class. */
function followColours(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', follow);
  follow();
}

followColours();
show().catch((error) => {
  const fault = at('fault', HTMLElement);
  fault.hidden = false;
  fault.textContent = `The description of the API can’t be shown. ${error instanceof Error ? error.message : ''}`;
});

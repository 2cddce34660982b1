import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { docsRoute } from './api/docs';
import { openApiRoute } from './api/route';
import { bearerAuth } from './auth/bearer';
import type { TokenCheck } from './auth/tokens';
import type { Catalogue } from './catalogue/catalogue';
import { fixedCatalogue } from './catalogue/fixed';
import type { Classifier } from './classifier';
import { crossOrigin } from './cors';
import type { FetchObject } from './images-in';
import { HeldBytes, LIMITS, type Limits } from './limits';
import type { Audit } from './observe/audit';
import { defectText } from './observe/defect';
import { watched } from './observe/middleware';
import type { Metrics } from './observe/prometheus';
import { unwatched, type Watch } from './observe/watch';
import { oipErrors } from './oip/errors';
import { oipRoute } from './oip/route';
import { Problem, problem } from './problem';
import { shortQuery } from './query';
import { classifyRoute } from './routes/classify';
import { healthRoute } from './routes/health';
import { modelsRoute } from './routes/models';
import { pageRoute } from './routes/page';
import { thisMachineOnly } from './this-machine';

export interface AppOptions {
  /** The models; or one that is loaded already. */
  readonly catalogue?: Catalogue;
  readonly classifier?: Classifier;
  /** What runs the nets, for `GET /health`. */
  readonly engine?: string;
  readonly limits?: Partial<Limits>;
  /** Whose requests are answered; without it everybody's. */
  readonly tokens?: TokenCheck;
  /** Whether a request must name this machine as its host (localhost, 127.x, [::1]): see `thisMachineOnly`. */
  readonly isForThisMachine?: boolean;
  /** Where images of `{s3: …}` come from; without it they are refused. */
  readonly fetchObject?: FetchObject;
  /** Counts and times, told at `GET /metrics`. */
  readonly metrics?: Metrics;
  /** Origins whose pages may call (CORS), or `*`; by default none. */
  readonly origins?: readonly string[];
  /** The folder of the page's files (functions/page); without it there is no page. */
  readonly pageFolder?: string;
  /** A folder of pictures that the page offers to try. */
  readonly samples?: string;
  /** Takes note of what is done; where there are no `metrics`. */
  readonly watch?: Watch;
  /** Keeps a line of each image that is answered; what can't be kept is not answered. */
  readonly audit?: Audit;
  /** Takes note of an error that nobody foresaw; by default its words and origin on standard error. */
  readonly onDefect?: (error: unknown) => void;
}

/** What an answer may load where a browser shows it. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'";

/**
 * The service; `GET /openapi.json` tells what it answers. Errors are problem+json (RFC 9457).
 * @example
 * const app = createApp({ classifier: classifierOf(await GoodNet.load('out')) });
 * const response = await app.request('/v1/classify', { method: 'POST', body: await readFile('picture.png') });
 */
export function createApp(options: AppOptions): Hono {
  const {
    classifier,
    engine,
    tokens,
    isForThisMachine = false,
    fetchObject,
    metrics,
    audit,
    origins = [],
    onDefect = (error) => console.error(defectText(error)),
  } = options;
  const { pageFolder, samples } = options;
  const catalogue = options.catalogue ?? fixedCatalogue(classifier ? [classifier] : []);
  const limits = { ...LIMITS, ...options.limits };
  const watch = metrics ?? options.watch ?? unwatched;
  const app = new Hono();
  app.use(secureHeaders({ xFrameOptions: 'DENY' }));
  app.use(requestId({ headerName: 'X-Request-Id' }));
  app.use(watched(watch));
  app.use(async (c, next) => {
    await next();
    c.header('X-Request-Id', c.get('requestId'));
    if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
    // A browser puts a 304's headers in the place of those that it has kept: the page's own policy stands.
    if (c.res.status !== 304 && !c.res.headers.has('Content-Security-Policy')) {
      c.header('Content-Security-Policy', NOTHING);
    }
  });
  app.use('/v2/*', oipErrors());
  if (isForThisMachine) app.use(thisMachineOnly);
  if (origins.length > 0) app.use(crossOrigin(origins));
  app.use(shortQuery);
  app.use(methodNotAllowed({ app, onMethodNotAllowed: otherMethod }));
  if (tokens) app.use(bearerAuth(tokens));
  app.route('/health', healthRoute(catalogue, engine));
  app.route('/v1/models', modelsRoute(catalogue, limits));
  const held = new HeldBytes(limits.maxHeld);
  const classify = classifyRoute({ catalogue, limits, held, fetchObject, watch, audit });
  app.post('/v1/classify', classify);
  app.post('/v1/models/:model/classify', classify);
  app.route('/v2', oipRoute({ catalogue, limits, held, watch, audit }));
  const described = { needsToken: tokens !== undefined, isForThisMachine, limits };
  app.route('/openapi.json', openApiRoute(described));
  app.route('/docs', docsRoute(described, pageFolder));
  if (metrics) {
    app.get('/metrics', async (c) =>
      c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
    );
  }
  if (pageFolder !== undefined) app.route('/', pageRoute(pageFolder, samples));
  app.notFound((c) => problem('not-found', `There is no ${c.req.path}.`));
  app.onError((error) => {
    if (error instanceof Problem) return problem(error.problem, error.message || undefined, error.headers);
    onDefect(error);
    return problem('internal');
  });
  return app;
}

function otherMethod(c: Context, methods: string[]): Response {
  const Allow = [...methods, 'OPTIONS'].join(', ');
  if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { Allow } });
  return problem('method-not-allowed', `${c.req.path} takes ${methods.join(', ')}.`, { Allow });
}

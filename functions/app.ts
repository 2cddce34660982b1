import { type Context, Hono } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import type { Classifier } from './classifier';
import { LIMITS, type Limits } from './limits';
import { Problem, problem } from './problem';
import { classifyRoute } from './routes/classify';
import { healthRoute } from './routes/health';

export interface AppOptions {
  readonly classifier: Classifier;
  /** What runs the nets, for `GET /health`. */
  readonly engine?: string;
  readonly limits?: Partial<Limits>;
  /** Takes note of an error that nobody foresaw; by default standard error. */
  readonly onDefect?: (error: unknown) => void;
}

/**
 * The service: `POST /v1/classify` and `GET /health`. Errors are problem+json (RFC 9457).
 * @example
 * const app = createApp({ classifier: classifierOf(await GoodNet.load('out')) });
 * const response = await app.request('/v1/classify', { method: 'POST', body: await readFile('face.png') });
 */
export function createApp({ classifier, engine, limits, onDefect = console.error }: AppOptions): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
      xFrameOptions: 'DENY',
    }),
  );
  app.use(async (c, next) => {
    await next();
    c.header('Cache-Control', 'no-store');
  });
  app.use(methodNotAllowed({ app, onMethodNotAllowed: otherMethod }));
  app.route('/health', healthRoute(classifier, engine));
  app.route('/v1/classify', classifyRoute(classifier, { ...LIMITS, ...limits }));
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

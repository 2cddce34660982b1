import { type Context, Hono } from 'hono';
import { etag } from 'hono/etag';
import type { Catalogue } from '../catalogue/catalogue';
import type { Classifier } from '../classifier';
import type { Limits } from '../limits';
import { MOST_IMAGES, type ModelInfo } from '../schemas';

/** `GET /v1/models` and `GET /v1/models/{model}`. */
export function modelsRoute(catalogue: Catalogue, limits: Limits): Hono {
  return new Hono()
    .use(etag())
    .get('/', async (c) => revalidated(c, { models: await catalogue.names() }))
    .get('/:model', (c) =>
      catalogue.use(c.req.param('model'), async (model) => revalidated(c, infoOf(model, limits))),
    );
}

/** Kept by whoever asked, who asks each time whether it is still so. */
function revalidated(c: Context, body: object): Response {
  c.header('Cache-Control', 'no-cache');
  return c.json(body);
}

function infoOf(classifier: Classifier, limits: Limits): ModelInfo {
  const { model, id, classes, classNames, input, alpha, alphas, card } = classifier;
  return {
    model,
    bundle: id,
    classes,
    classNames: classNames && [...classNames],
    input,
    alpha,
    alphas,
    ...card,
    limits: {
      imageBytes: limits.maxBytes,
      imagePixels: limits.maxPixels,
      requestBytes: limits.maxRequestBytes,
      requestImages: MOST_IMAGES,
    },
  };
}

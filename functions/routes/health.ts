import { Hono } from 'hono';
import type { Classifier } from '../classifier';

/** `GET /health`: says that the service answers, and what with. */
export function healthRoute(classifier: Classifier, engine: string | undefined): Hono {
  const { model, id, classes, input, alpha } = classifier;
  return new Hono().get('/', (c) =>
    c.json({ status: 'ok', model, bundle: id, classes, input, alpha, engine }),
  );
}

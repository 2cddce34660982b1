import { Hono } from 'hono';
import type { Catalogue } from '../catalogue/catalogue';
import { Problem } from '../problem';

/**
 * `GET /health/live`: the process answers. `GET /health/ready`: a model can be answered with. `GET /health`: the same,
 * and with what, where there is one model alone.
 */
export function healthRoute(catalogue: Catalogue, engine: string | undefined): Hono {
  return new Hono()
    .get('/live', (c) => c.json({ status: 'ok' }))
    .get('/ready', async (c) => {
      const [first] = await catalogue.names();
      if (first === undefined) throw new Problem('not-ready', 'There is no model here yet.');
      await catalogue.use(first, async () => {});
      return c.json({ status: 'ok' });
    })
    .get('/', async (c) => {
      const models = await catalogue.names();
      if (models.length !== 1) return c.json({ status: 'ok', models, engine });
      return await catalogue.use(models[0], async ({ model, id, classes, input, alpha }) =>
        c.json({ status: 'ok', model, bundle: id, classes, input, alpha, engine }),
      );
    });
}

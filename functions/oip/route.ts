import { Hono } from 'hono';
import { version as goodnetVersion } from '../../models/version';
import type { Catalogue } from '../catalogue/catalogue';
import type { Classifier } from '../classifier';
import type { HeldBytes, Limits } from '../limits';
import { type Audit, audited } from '../observe/audit';
import type { Watch } from '../observe/watch';
import { Problem } from '../problem';
import { INPUT, infer, outputsOf } from './infer';
import type { ModelMetadata } from './schemas';

/** What answering tensors takes. */
interface OipParts {
  readonly catalogue: Catalogue;
  readonly limits: Limits;
  /** The bytes that all requests hold. */
  readonly held: HeldBytes;
  readonly watch: Watch;
  readonly audit: Audit | undefined;
}

/**
 * The Open Inference Protocol v2 over HTTP (https://github.com/kserve/open-inference-protocol), so that clients of
 * KServe and Triton work as they are. A model's version is its bundle's.
 */
export function oipRoute({ catalogue, audit, ...parts }: OipParts): Hono {
  const app = new Hono();
  app.get('/', (c) =>
    c.json({ name: 'goodnet', version: goodnetVersion, extensions: ['binary_tensor_data'] }),
  );
  app.get('/health/live', (c) => c.json({ live: true }));
  app.get('/health/ready', async (c) => {
    const isReady = (await catalogue.names()).length > 0;
    return c.json({ ready: isReady }, isReady ? 200 : 503);
  });
  for (const path of ['/models/:model', '/models/:model/versions/:version'] as const) {
    app.get(path, (c) => use(c.req.param(), async (model) => c.json(metadataOf(model))));
    app.get(`${path}/ready`, (c) =>
      use(c.req.param(), async (model) => c.json({ name: model.model, ready: true })),
    );
    app.post(`${path}/infer`, (c) =>
      use(c.req.param(), (model) =>
        audited(audit, { c, model }, (trail) => infer(c, model, { ...parts, trail })),
      ),
    );
  }
  return app;

  function use<T>(
    { model: name, version }: { model?: string; version?: string },
    work: (model: Classifier) => Promise<T>,
  ): Promise<T> {
    return catalogue.use(name, (model) => {
      if (version !== undefined && version !== model.id) {
        throw new Problem('no-such-model', `${name} is of version ${model.id} now.`);
      }
      return work(model);
    });
  }
}

function metadataOf(classifier: Classifier): ModelMetadata {
  const { model, id, input } = classifier;
  return {
    name: model,
    versions: [id],
    platform: 'goodnet',
    inputs: [{ name: INPUT, datatype: 'UINT8', shape: [-1, input.height, input.width, input.channels] }],
    outputs: outputsOf(classifier).map(({ name, datatype }) => ({ name, datatype, shape: [-1] })),
  };
}

import { describe, expect, it } from 'vitest';
import type { ZodType } from 'zod';
import { createApp } from '../../functions/app';
import {
  inferAnswerSchema,
  liveSchema,
  modelMetadataSchema,
  modelReadySchema,
  oipProblemSchema,
  readySchema,
  serverMetadataSchema,
} from '../../functions/oip/schemas';
import { modelSchema, modelsSchema, oneAnswerSchema, problemSchema } from '../../functions/schemas';
import { version } from '../../models/version';
import { BLUE, colours, plain } from './stand-in';

const app = createApp({ classifier: { ...colours, alphas: { least: 0.002, most: 0.5 } } });
const document = (await (await app.request('/openapi.json')).json()) as {
  info: { version: string };
  paths: Record<string, Record<string, { operationId: string }>>;
  components: { schemas: object };
};

describe('/openapi.json', () => {
  it('is of the version of GoodNet that answers', () => {
    expect(document.info.version).toBe(version);
  });

  it('tells every operation there is, and no other', () => {
    const told = Object.entries(document.paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    const answered = app.routes
      .filter(({ method, path }) => method !== 'ALL' && /^\/(v1|v2|health\/)/.test(path))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`);
    expect(told.sort()).toEqual([...new Set(answered)].sort());
    const ids = Object.values(document.paths).flatMap((verbs) =>
      Object.values(verbs).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers to schemas that it has', () => {
    const referred = [...JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)].map(
      ([, name]) => name!,
    );
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining([...new Set(referred), 'InferRequest', 'OipProblem', 'Answer']),
    );
  });

  it('is true of what is answered', async () => {
    const tensor = { name: 'images', shape: [1, 4, 5, 3], datatype: 'UINT8', data: Array(60).fill(9) };
    const json = (body: unknown) => ({ method: 'POST', body: JSON.stringify(body) });
    const infer = '/v2/models/colours/infer';
    const asked: readonly (readonly [string, RequestInit, number, ZodType])[] = [
      ['/v1/models', {}, 200, modelsSchema],
      ['/v1/models/colours', {}, 200, modelSchema],
      [
        '/v1/classify?detail=2',
        { method: 'POST', body: await plain(BLUE).png().toBuffer() },
        200,
        oneAnswerSchema,
      ],
      ['/v1/classify', { method: 'POST', body: 'x' }, 415, problemSchema],
      ['/v2', {}, 200, serverMetadataSchema],
      ['/v2/health/live', {}, 200, liveSchema],
      ['/v2/health/ready', {}, 200, readySchema],
      ['/v2/models/colours', {}, 200, modelMetadataSchema],
      [`/v2/models/colours/versions/${colours.id}/ready`, {}, 200, modelReadySchema],
      [infer, json({ id: 'a', inputs: [tensor] }), 200, inferAnswerSchema],
      [infer, json({ inputs: [] }), 400, oipProblemSchema],
      ['/v2/models/nix', {}, 404, oipProblemSchema],
    ];
    for (const [path, init, status, schema] of asked) {
      const response = await app.request(path, init);
      const body = await response.json();
      expect([path, response.status]).toEqual([path, status]);
      // Members that the schema does not know would be left out.
      expect(schema.parse(body)).toEqual(body);
    }
  });
});

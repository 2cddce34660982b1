import * as z from 'zod';
import { version } from '../../models/version';
import {
  inferAnswerSchema,
  inferRequestSchema,
  liveSchema,
  modelMetadataSchema,
  modelReadySchema,
  oipProblemSchema,
  readySchema,
  serverMetadataSchema,
} from '../oip/schemas';
import {
  jsonImagesSchema,
  MOST_DETAIL,
  manyAnswersSchema,
  modelSchema,
  modelsSchema,
  oneAnswerSchema,
  problemSchema,
} from '../schemas';
import { oipPaths } from './oip';
import { component, fails, json, MODEL, NO_TOKEN, WRONG } from './parts';

const IMAGE_TYPES = ['image/jpeg', 'image/png', 'image/webp', 'application/octet-stream'];

/**
 * The service in OpenAPI 3.1, its schemas made from those that validate.
 * @param needsToken whether requests need a bearer token
 */
export function openApi({ needsToken }: { readonly needsToken: boolean }): object {
  const unauthorised = needsToken ? fails(NO_TOKEN) : {};
  return {
    openapi: '3.1.0',
    info: {
      title: 'GoodNet',
      version,
      description: 'Answers images with their class, 0…N−1, or with class N where they carry a backdoor.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths: {
      '/v1/classify': {
        post: classify('classify', 'Classify with the only model', [], unauthorised),
      },
      '/v1/models/{model}/classify': {
        post: classify('classifyWith', 'Classify with a model', [MODEL], unauthorised),
      },
      '/v1/models': {
        get: {
          operationId: 'listModels',
          summary: 'The models there are',
          responses: {
            200: { description: 'Their names.', content: json(component('Models')) },
            ...unauthorised,
          },
        },
      },
      '/v1/models/{model}': {
        get: {
          operationId: 'getModel',
          summary: 'What a model is, and how good',
          parameters: [MODEL],
          responses: {
            200: { description: 'The model.', content: json(component('Model')) },
            ...unauthorised,
            ...fails({ 404: WRONG[404], 503: WRONG[503] }),
          },
        },
      },
      '/health/live': { get: health('live', 'Whether the process answers') },
      '/health/ready': { get: health('ready', 'Whether images can be answered') },
      ...oipPaths({ needsToken }),
    },
    components: {
      schemas: schemas(),
      ...(needsToken ? { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } } : {}),
    },
    ...(needsToken ? { security: [{ bearer: [] }] } : {}),
  };
}

function classify(operationId: string, summary: string, parameters: object[], unauthorised: object): object {
  const raw = { schema: { type: 'string', contentMediaType: 'application/octet-stream' } };
  return {
    operationId,
    summary,
    parameters: [
      ...parameters,
      {
        name: 'alpha',
        in: 'query',
        description: 'Another false-positive rate than the model has; it tells the range that it can be in.',
        schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
      },
      {
        name: 'detail',
        in: 'query',
        description: "How many of both nets' most probable classes to tell.",
        schema: { type: 'integer', minimum: 0, maximum: MOST_DETAIL },
      },
    ],
    requestBody: {
      required: true,
      content: {
        ...Object.fromEntries(IMAGE_TYPES.map((type) => [type, raw])),
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: { images: { type: 'array', items: { type: 'string', format: 'binary' } } },
          },
        },
        ...json(component('Images')),
      },
    },
    responses: {
      200: {
        description: 'The answer to the image; to several, one for each, in order.',
        content: json({ anyOf: [component('Answer'), component('Answers')] }),
      },
      ...unauthorised,
      ...fails(WRONG),
    },
  };
}

function health(operationId: string, summary: string): object {
  return {
    operationId,
    summary,
    security: [],
    responses: {
      200: {
        description: 'Yes.',
        content: json({ type: 'object', properties: { status: { const: 'ok' } }, required: ['status'] }),
      },
      ...fails({ 503: 'No.' }),
    },
  };
}

/** What requests hold may have more members than these; what answers hold has not. */
function schemas(): object {
  return {
    ...made('input', [jsonImagesSchema, inferRequestSchema]),
    ...made('output', [
      oneAnswerSchema,
      manyAnswersSchema,
      modelSchema,
      modelsSchema,
      problemSchema,
      inferAnswerSchema,
      serverMetadataSchema,
      modelMetadataSchema,
      liveSchema,
      readySchema,
      modelReadySchema,
      oipProblemSchema,
    ]),
  };
}

function made(io: 'input' | 'output', named: readonly z.ZodType[]): object {
  const registry = z.registry<{ id: string }>();
  for (const schema of named) registry.add(schema, { id: schema.meta()!.id! });
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-2020-12',
    io,
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

import { version } from '../../models/version';
import type { Limits } from '../limits';
import { about, GUARDED, TAGS } from './about';
import { classify } from './classify';
import { schemas } from './components';
import type { Described } from './described';
import { HEALTH, MODEL_INFO, MODELS } from './examples';
import { type DocumentedProblem, fails, ofEverybody, problemExamples } from './failures';
import { oipPaths } from './oip';
import { component, type Examples, example, json, MODEL } from './parts';

/** The service in OpenAPI 3.1, its schemas made from those that validate. */
export function openApi(described: Described): object {
  const { needsToken, limits } = described;
  const always = ofEverybody(described);
  const get = (operation: GetOperation) => ({
    get: {
      operationId: operation.id,
      summary: operation.summary,
      description: operation.description,
      tags: [operation.tag ?? 'Models'],
      ...(operation.isOpen ? { security: [] } : {}),
      ...(operation.parameters ? { parameters: operation.parameters } : {}),
      responses: {
        200: {
          description: operation.answer,
          content: json(component(operation.schema), operation.examples),
        },
        ...fails([
          ...(operation.isOpen ? ofEverybody(described, true) : [...always, 'internal' as const]),
          ...(operation.problems ?? []),
        ]),
      },
    },
  });
  const paths = {
    '/v1/classify': {
      post: classify({ always, id: 'classify', summary: 'Classify with the only model' }),
    },
    '/v1/models/{model}/classify': {
      post: classify({
        always,
        id: 'classifyWith',
        summary: 'Classify with a model',
        parameters: [MODEL],
      }),
    },
    '/v1/models': get({
      id: 'listModels',
      summary: 'The models there are',
      description: 'Their names, for the paths that have a `{model}`.',
      answer: 'Their names.',
      schema: 'Models',
      examples: MODELS,
    }),
    '/v1/models/{model}': get({
      id: 'getModel',
      summary: 'What a model is, and how good',
      description:
        'Its classes, its input, which false-positive rates can be asked for, and what was measured when it was repaired.',
      parameters: [MODEL],
      answer: 'The model.',
      schema: 'Model',
      examples: MODEL_INFO,
      problems: ['no-such-model', 'model-unusable'],
    }),
    '/health': get({
      id: 'health',
      tag: 'Health',
      summary: 'What the service runs on',
      description: 'The engine, and the model where there is one alone, or the names of all.',
      answer: 'It answers.',
      schema: 'Health',
      examples: HEALTH,
      problems: ['model-unusable'],
    }),
    '/health/live': get({
      id: 'live',
      tag: 'Health',
      isOpen: true,
      summary: 'Whether the process answers',
      description: 'Needs no token. Where it does not answer, start it again.',
      answer: 'It does.',
      schema: 'Status',
      examples: OK,
    }),
    '/health/ready': get({
      id: 'ready',
      tag: 'Health',
      isOpen: true,
      summary: 'Whether images can be answered',
      description: 'Needs no token. Send no images while it says 503.',
      answer: 'They can.',
      schema: 'Status',
      examples: OK,
      problems: ['not-ready', 'model-unusable'],
    }),
    ...oipPaths(always),
  };
  return {
    openapi: '3.1.0',
    info: {
      title: 'GoodNet',
      version,
      summary: 'A repaired image classifier that tells which images carry a backdoor.',
      description: about(limits, needsToken),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Wherever this document was had from: behind proxies the service can't know what it is called.
    servers: [{ url: '/', description: 'This service' }],
    tags: TAGS,
    security: needsToken ? [{ bearer: [] }] : [],
    paths,
    components: {
      schemas: schemas(),
      examples: examplesIn(paths, limits),
      ...(needsToken
        ? { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: GUARDED } } }
        : {}),
    },
  };
}

/** Those that the paths refer to. */
function examplesIn(paths: object, limits: Limits): object {
  const text = JSON.stringify(paths);
  const all = Object.entries(problemExamples(limits));
  return Object.fromEntries(all.filter(([name]) => text.includes(`#/components/examples/${name}"`)));
}

const OK = example('Yes', { status: 'ok' });

interface GetOperation {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly tag?: string;
  /** Whether it needs no token. */
  readonly isOpen?: boolean;
  readonly parameters?: readonly object[];
  readonly answer: string;
  readonly schema: string;
  readonly examples: Examples;
  readonly problems?: readonly DocumentedProblem[];
}

import { type DocumentedProblem, fails } from './failures';
import { OIP } from './oip-examples';
import { component, type Examples, example, json, MODEL } from './parts';

const LENGTH = 'Inference-Header-Content-Length';
const VERSION = {
  name: 'version',
  in: 'path',
  required: true,
  description: "A bundle's version; that of the active one is answered.",
  schema: { type: 'string' },
};
const bytes = (description: string) => ({
  'application/octet-stream': { schema: { type: 'string', format: 'binary', description } },
});
const tags = ['Open Inference Protocol'];

type Refused = (problems: readonly DocumentedProblem[]) => object;

/** The paths of the Open Inference Protocol v2. @param always what else is answered to any request */
export function oipPaths(always: readonly DocumentedProblem[]): object {
  const refused: Refused = (problems) => fails([...always, 'internal', ...problems], 'OipProblem');
  return {
    '/v2': get({
      id: 'oipServer',
      summary: 'What the server is',
      description: 'Its name, its version, and which of the protocol’s extensions it has.',
      schema: 'ServerMetadata',
      examples: OIP.server,
      others: refused([]),
    }),
    '/v2/health/live': get({
      id: 'oipLive',
      summary: 'Whether the process answers',
      description: 'As `/health/live` tells, too, without a token.',
      schema: 'ServerLive',
      examples: example('Yes', { live: true }),
      others: refused([]),
    }),
    '/v2/health/ready': get({
      id: 'oipReady',
      summary: 'Whether there is a model',
      description: 'Whether each answers, `/v2/models/{model}/ready` tells.',
      schema: 'ServerReady',
      examples: example('Yes', { ready: true }),
      others: {
        ...refused([]),
        503: {
          description: 'There is none yet.',
          content: json(component('ServerReady'), example('No', { ready: false })),
        },
      },
    }),
    ...ofModel('/v2/models/{model}', 'oipModel', [MODEL], refused),
    ...ofModel('/v2/models/{model}/versions/{version}', 'oipVersion', [MODEL, VERSION], refused),
  };
}

const OF_MODEL: readonly DocumentedProblem[] = ['no-such-model', 'model-unusable'];
const OF_TENSORS: readonly DocumentedProblem[] = [
  'malformed',
  'incomplete-body',
  'too-slow',
  'too-large',
  'too-many-images',
  'unsupported-encoding',
  'audit-unavailable',
  'overloaded',
];

function ofModel(path: string, id: string, parameters: readonly object[], refused: Refused): object {
  const others = refused(OF_MODEL);
  return {
    [path]: get({
      id,
      summary: 'The tensors that a model takes and gives',
      description: 'Their names, data types and shapes; −1 stands for the number of images.',
      schema: 'ModelMetadata',
      examples: OIP.model,
      others,
      parameters,
    }),
    [`${path}/ready`]: get({
      id: `${id}Ready`,
      summary: 'Whether a model answers',
      description: 'Loads it where it is not loaded yet.',
      schema: 'ModelReady',
      examples: example('Yes', { name: 'badnet', ready: true }),
      others,
      parameters,
    }),
    [`${path}/infer`]: { post: infer(`${id}Infer`, parameters, refused([...OF_MODEL, ...OF_TENSORS])) },
  };
}

interface Get {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly schema: string;
  readonly examples: Examples;
  readonly others: object;
  readonly parameters?: readonly object[];
}

function get({ id, summary, description, schema, examples, others, parameters = [] }: Get): object {
  const responses = {
    200: { description: 'The answer.', content: json(component(schema), examples) },
    ...others,
  };
  return { get: { operationId: id, summary, description, tags, parameters, responses } };
}

function infer(operationId: string, parameters: readonly object[], others: object): object {
  const length = {
    description: 'Bytes of JSON, before those of the tensors.',
    schema: { type: 'integer', minimum: 0 },
  };
  return {
    operationId,
    summary: 'Classify an image tensor',
    description:
      'One input, `images`: n × height × width × channels values of 0–255, RGB, of the size that the model takes. Tensors are JSON, or bytes behind it (the extension `binary_tensor_data`).',
    tags,
    parameters: [...parameters, { name: LENGTH, in: 'header', ...length }],
    requestBody: {
      description: 'The tensor, and which outputs are wanted.',
      required: true,
      content: {
        ...json(component('InferRequest'), OIP.request),
        ...bytes('InferRequest as JSON, then the tensor’s bytes.'),
      },
    },
    responses: {
      200: {
        description: 'The outputs, one value an image.',
        headers: { [LENGTH]: length },
        content: {
          ...json(component('InferAnswer'), OIP.answer),
          ...bytes('InferAnswer as JSON, then the tensors’ bytes.'),
        },
      },
      ...others,
    },
  };
}

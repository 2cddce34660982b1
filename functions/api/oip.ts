import { component, fails, json, MODEL, NO_TOKEN, WRONG } from './parts';

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

type Refused = (why?: Readonly<Record<number, string>>) => object;

/** The paths of the Open Inference Protocol v2. @param needsToken whether requests need a bearer token */
export function oipPaths({ needsToken }: { readonly needsToken: boolean }): object {
  const refused: Refused = (why = {}) => fails(needsToken ? { ...NO_TOKEN, ...why } : why, 'OipProblem');
  const notReady = { 503: { description: 'There is none yet.', content: json(component('ServerReady')) } };
  return {
    '/v2': get('oipServer', 'Open Inference Protocol v2: what the server is', 'ServerMetadata', refused()),
    '/v2/health/live': get('oipLive', 'Whether the process answers', 'ServerLive', refused()),
    '/v2/health/ready': get('oipReady', 'Whether there is a model', 'ServerReady', {
      ...refused(),
      ...notReady,
    }),
    ...ofModel('/v2/models/{model}', 'oipModel', [MODEL], refused),
    ...ofModel('/v2/models/{model}/versions/{version}', 'oipVersion', [MODEL, VERSION], refused),
  };
}

function ofModel(path: string, id: string, parameters: readonly object[], refused: Refused): object {
  const noModel = refused({ 404: WRONG[404], 503: WRONG[503] });
  return {
    [path]: get(id, 'The tensors that a model takes and gives', 'ModelMetadata', noModel, parameters),
    [`${path}/ready`]: get(`${id}Ready`, 'Whether a model answers', 'ModelReady', noModel, parameters),
    [`${path}/infer`]: infer(`${id}Infer`, parameters, refused),
  };
}

function get(
  operationId: string,
  summary: string,
  schema: string,
  others: object,
  parameters: readonly object[] = [],
): object {
  const responses = { 200: { description: 'The answer.', content: json(component(schema)) }, ...others };
  return { get: { operationId, summary, parameters, responses } };
}

function infer(operationId: string, parameters: readonly object[], refused: Refused): object {
  const { 422: _, ...why } = WRONG;
  const length = {
    description: 'Bytes of JSON, before those of the tensors.',
    schema: { type: 'integer', minimum: 0 },
  };
  const post = {
    operationId,
    summary: 'Classify an image tensor',
    parameters: [...parameters, { name: LENGTH, in: 'header', ...length }],
    requestBody: {
      required: true,
      content: {
        ...json(component('InferRequest')),
        ...bytes('InferRequest as JSON, then the tensor’s bytes.'),
      },
    },
    responses: {
      200: {
        description: 'The outputs, one value an image.',
        headers: { [LENGTH]: length },
        content: {
          ...json(component('InferAnswer')),
          ...bytes('InferAnswer as JSON, then the tensors’ bytes.'),
        },
      },
      ...refused({ ...why, 415: 'The body is encoded.' }),
    },
  };
  return { post };
}

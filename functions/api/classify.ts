import { IMAGE_MIMES } from '../../models/images/decode/image-types';
import { MOST_DETAIL } from '../schemas';
import { ANSWERS, IMAGES } from './examples';
import { type DocumentedProblem, fails } from './failures';
import { component, json } from './parts';

const CONTENT_TYPES = [...IMAGE_MIMES, 'application/octet-stream'];

const QUERY = [
  {
    name: 'alpha',
    in: 'query',
    description:
      "Judge at another false-positive rate than the model's own, as 0.05. Which ones can be had, `alphas` of `GET /v1/models/{model}` tells.",
    schema: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
  },
  {
    name: 'detail',
    in: 'query',
    description:
      "How many of both nets' most probable classes to tell; from 1 on, of flagged pictures also where the trigger is, where that can be told. That takes the net up to 171 further passes a picture.",
    schema: { type: 'integer', minimum: 0, maximum: MOST_DETAIL, default: 0 },
  },
];

const PROBLEMS: readonly DocumentedProblem[] = [
  'empty',
  'malformed',
  'unusable-alpha',
  'no-uploads',
  'incomplete-body',
  'no-such-model',
  'too-slow',
  'too-large',
  'too-many-images',
  'unsupported-type',
  'unsupported-encoding',
  'too-many-pixels',
  'truncated',
  'animated',
  'undecodable',
  'internal',
  'audit-unavailable',
  'model-unusable',
  'overloaded',
];

export interface Classify {
  /** What else is answered to any request. */
  readonly always: readonly DocumentedProblem[];
  readonly id: string;
  readonly summary: string;
  readonly parameters?: readonly object[];
}

/** The operation that classifies images. */
export function classify({ always, id, summary, parameters }: Classify): object {
  const raw = { schema: { type: 'string', format: 'binary' } };
  return {
    operationId: id,
    summary,
    description:
      `Send an image as the body, whatever its Content-Type says; or several, as files of a form or as JSON. An image alone is answered with its verdict or a problem; several, in order, each with a verdict or an error. ${
        parameters ? '' : 'Where there are several models, name one: `/v1/models/{model}/classify`.'
      }`.trim(),
    tags: ['Images'],
    parameters: [...(parameters ?? []), ...QUERY],
    requestBody: {
      description: 'One image, or several.',
      required: true,
      content: {
        ...Object.fromEntries(CONTENT_TYPES.map((type) => [type, raw])),
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              images: {
                type: 'array',
                description: 'The files; their fields may have any names.',
                items: { type: 'string', format: 'binary' },
              },
            },
          },
        },
        ...json(component('Images'), IMAGES),
      },
    },
    responses: {
      200: {
        description: 'The answer to the image; to several, one for each, in order.',
        content: json({ anyOf: [component('Answer'), component('Answers')] }, ANSWERS),
      },
      ...fails([...PROBLEMS, ...(parameters ? [] : (['name-a-model'] as const)), ...always]),
    },
  };
}

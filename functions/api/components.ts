import * as z from 'zod';
import { present } from '../../models/present';
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
  healthSchema,
  jsonImagesSchema,
  manyAnswersSchema,
  modelSchema,
  modelsSchema,
  oneAnswerSchema,
  problemSchema,
  statusSchema,
} from '../schemas';

/** The schemas by name. What requests hold may have more members than these; what answers hold has not. */
export function schemas(): object {
  return {
    ...made('input', [jsonImagesSchema, inferRequestSchema]),
    ...made('output', [
      oneAnswerSchema,
      manyAnswersSchema,
      modelSchema,
      modelsSchema,
      problemSchema,
      healthSchema,
      statusSchema,
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
  for (const schema of named) registry.add(schema, { id: present(schema.meta()?.id, 'The id of a schema') });
  const { schemas } = z.toJSONSchema(registry, {
    target: 'draft-2020-12',
    io,
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, { $schema, $id, ...schema }]) => [id, schema]));
}

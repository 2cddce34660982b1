/** What descriptions of operations are made of. */

/** Examples of a body, by name. */
export type Examples = Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;

/** A schema among the components. */
export const component = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Content of that schema. */
export const json = (schema: object, examples?: Examples) => ({
  'application/json': examples ? { schema, examples } : { schema },
});

/** The one example of a body. */
export const example = (summary: string, value: unknown): Examples => ({ example: { summary, value } });

/** The path's model. */
export const MODEL = {
  name: 'model',
  in: 'path',
  required: true,
  description: 'The name of a model: `GET /v1/models` lists them.',
  schema: { type: 'string' },
};

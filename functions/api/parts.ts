/** What descriptions of operations are made of. */

/** A schema among the components. */
export const component = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** Content of that schema. */
export const json = (schema: object) => ({ 'application/json': { schema } });

/** Error answers by status. @param schema of the problem */
export const fails = (why: Readonly<Record<number, string>>, schema = 'Problem') =>
  Object.fromEntries(
    Object.entries(why).map(([status, description]) => [
      status,
      { description, content: { 'application/problem+json': { schema: component(schema) } } },
    ]),
  );

/** Why requests with images, or for a model, are refused. */
export const WRONG = {
  400: 'The request is wrong: its type tells how.',
  404: 'There is no such model.',
  413: 'Too large, or too many images.',
  415: 'The image is of no known type, or the body is encoded.',
  422: 'The image is animated, cut short, damaged, or has too many pixels.',
  503: 'Too much at once, or the model is not ready: try again after Retry-After.',
};

/** The answer to a request that brings no token. */
export const NO_TOKEN = { 401: 'A bearer token is wanted.' };

/** The path's model. */
export const MODEL = { name: 'model', in: 'path', required: true, schema: { type: 'string' } };

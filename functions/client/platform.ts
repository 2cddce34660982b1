/**
 * Types that Node.js and browsers bring: from `@types/node` or TypeScript's lib "DOM", whichever an app has. Where it has
 * neither, what needs them is left out, and the client can be used all the same.
 */
type OfPlatform<Name extends string> =
  typeof globalThis extends Record<Name, { prototype: infer Kind }> ? Kind : never;

export type AnyBlob = OfPlatform<'Blob'>;
export type AnyUrl = OfPlatform<'URL'>;
export type AnyAbortSignal = OfPlatform<'AbortSignal'>;
export type AnyFetch = typeof globalThis extends { fetch: infer Fetch } ? Fetch : never;

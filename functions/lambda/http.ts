import type { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
import type { Limits } from '../limits';

/** A synchronous event holds 6 MB, what tells of the request among them; base64 makes four bytes of three. */
export const LAMBDA_LIMITS: Partial<Limits> = { maxRequestBytes: 6e6 };

/**
 * The app as a Lambda handler, for HTTP API (v2) and REST (v1) events, function URLs and load balancers. Images come
 * as base64, which Lambda makes of every body that is not text: an image of 4.5 MB.
 * Hono 4 says that its `handle` moves to a package @hono/aws-lambda with Hono 5; there is none yet (npm, November 2026).
 */
export function lambdaHandler(app: Hono): ReturnType<typeof handle> {
  return handle(app);
}

import { createApp } from '../../functions/app';
import { colours } from '../functions/stand-in';
import type { FuzzedRequest } from './bodies';

const ANSWERS = new Set([200, 400, 413, 415, 422]);
const defects: unknown[] = [];
const app = createApp({
  classifier: { ...colours, alphas: { least: 0.001, most: 0.5 } },
  onDefect: (error) => defects.push(error),
});

/** Asks the service. @throws Error for an answer that no body may be given, telling the defect behind it */
export async function sendFuzzed({ path, type, body }: FuzzedRequest): Promise<number> {
  const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
  const response = await app.request(path, { method: 'POST', headers, body: body.slice() });
  await response.arrayBuffer();
  if (!ANSWERS.has(response.status)) {
    const [defect] = defects.splice(0);
    throw new Error(
      `${path} answered ${response.status}: ${defect instanceof Error ? defect.stack : defect}`,
    );
  }
  return response.status;
}

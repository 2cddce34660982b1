import autocannon from 'autocannon';

/** What a server did under load. */
export interface Load {
  readonly answers: number;
  readonly perSecond: number;
  /** Milliseconds from a request to its answer. */
  readonly p50: number;
  readonly p99: number;
}

interface LoadOptions {
  readonly connections: number;
  readonly seconds: number;
  /** Whether images may be refused (4xx); by default every answer must be 200. */
  readonly refusals?: boolean;
}

/**
 * Posts images to a server, over so many connections at once, each of which waits for its answer.
 * @param bodies sent in turn
 * @throws Error where an answer is not as it must be
 */
export async function load(
  url: string,
  bodies: readonly Buffer[],
  { connections, seconds, refusals = false }: LoadOptions,
): Promise<Load> {
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    timeout: 60,
    requests: bodies.map((body) => ({
      method: 'POST',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    })),
  });
  const wrong = refusals ? result['5xx'] : result.non2xx;
  if (wrong > 0 || result.errors > 0) {
    throw new Error(`${url}: ${wrong} answers are wrong, ${result.errors} connections broke off`);
  }
  const answers = result['2xx'] + result['4xx'];
  return {
    answers,
    perSecond: answers / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

/** The middle of some numbers, the upper one of two. */
export function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;
}

import autocannon from 'autocannon';

/** What a server did under load. */
export interface Load {
  readonly perSecond: number;
  /** Milliseconds from a request to its answer. */
  readonly p50: number;
  readonly p99: number;
}

/**
 * Posts images to a server, over so many connections at once, each of which waits for its answer.
 * @param bodies sent in turn
 * @throws Error where an answer is not 200
 */
export async function load(
  url: string,
  bodies: readonly Buffer[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
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
  if (result.non2xx > 0 || result.errors > 0) {
    throw new Error(`${url}: ${result.non2xx} answers are not 2xx, ${result.errors} connections broke off`);
  }
  return {
    perSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
  };
}

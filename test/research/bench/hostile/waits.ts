/** How long a caller waited for its images. */
export interface Waits {
  /** Milliseconds from a request to its answer. */
  readonly p50: number;
  readonly p99: number;
  readonly answers: number;
  /** Those that were no verdict. */
  readonly refused: number;
}

/** Asks for one image after the other, as a caller does that minds its own business. */
export async function waits(
  url: string,
  bodies: readonly Buffer[],
  token: string,
  seconds: number,
): Promise<Waits> {
  const taken: number[] = [];
  let refused = 0;
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const from = performance.now();
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: new Uint8Array(bodies[taken.length % bodies.length]!),
    });
    await response.arrayBuffer();
    taken.push(performance.now() - from);
    if (!response.ok) refused++;
  }
  taken.sort((a, b) => a - b);
  const at = (share: number) => taken[Math.min(taken.length - 1, Math.floor(share * taken.length))]!;
  return { p50: at(0.5), p99: at(0.99), answers: taken.length, refused };
}

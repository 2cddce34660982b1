/**
 * Does a piece of work for each item, a few at a time, and gives the outcomes in the items' order.
 * @param width how many run at once, ≥ 1
 */
export async function* inOrder<T, R>(
  items: Iterable<T> | AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<PromiseSettledResult<R> & { item: T }, void, void> {
  const running: Promise<PromiseSettledResult<R> & { item: T }>[] = [];
  for await (const item of items) {
    running.push(
      work(item).then(
        (value) => ({ item, status: 'fulfilled', value }),
        (reason) => ({ item, status: 'rejected', reason }),
      ),
    );
    const oldest = running.length >= width && running.shift();
    if (oldest) yield await oldest;
  }
  for (const outcome of running) yield await outcome;
}

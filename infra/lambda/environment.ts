import { type StoreLocation, storeUrl } from '../store';

/** glibc's settings (functions/small-heap.ts): freed memory goes back soon, and threads share one heap. */
export const MALLOC = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_TRIM_THRESHOLD_: '131072',
  MALLOC_MMAP_THRESHOLD_: '65536',
};

/**
 * What a function is told of its store, and how to keep its memory small.
 * @param audit whether it logs a line of each image
 * @param service what its metrics are told from other deployments' by, and its lines of the log
 */
export function storeEnvironment(
  store: StoreLocation,
  audit: boolean,
  service: string,
): Record<string, string> {
  const { trustedKeys = [], leastSerial } = store;
  return {
    ...MALLOC,
    GOODNET_BUNDLE: storeUrl(store),
    POWERTOOLS_SERVICE_NAME: service,
    ...(audit && { GOODNET_AUDIT: 'true' }),
    ...(trustedKeys.length > 0 && { GOODNET_TRUST: trustedKeys.map(({ keyArn }) => keyArn).join(',') }),
    ...(leastSerial !== undefined && { GOODNET_LEAST_SERIAL: String(leastSerial) }),
  };
}

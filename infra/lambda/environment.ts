import { type StoreLocation, storeUrl } from '../store';

/** What a function is told of its store. */
export function storeEnvironment(store: StoreLocation): Record<string, string> {
  const { trustedKeys = [] } = store;
  return {
    GOODNET_BUNDLE: storeUrl(store),
    ...(trustedKeys.length > 0 && { GOODNET_TRUST: trustedKeys.map(({ keyArn }) => keyArn).join(',') }),
  };
}

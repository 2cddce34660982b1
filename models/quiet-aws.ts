const SWITCH = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/**
 * Makes a client of AWS without its word, on Node.js 20, of what the SDK's versions of 2027 will need: who runs GoodNet can do nothing about that.
 * It is the SDK's own switch for that one warning, set while the client is made and no longer.
 */
export function quietly<T>(makeClient: () => T): T {
  const before = process.env[SWITCH];
  process.env[SWITCH] ??= 'true';
  try {
    return makeClient();
  } finally {
    if (before === undefined) delete process.env[SWITCH];
  }
}

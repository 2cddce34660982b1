/**
 * Clients of AWS tell on Node.js 20, at their first, what the SDK's versions of 2027 will need. Who runs GoodNet can do nothing about
 * that, and waits for an answer: this is the SDK's own switch for that one warning. To be imported where clients are made.
 */
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

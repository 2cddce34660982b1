import { fileURLToPath } from 'node:url';
import { startEngine } from '../models/engine';
import { GoodNetError } from '../models/errors';
import { GoodNet } from '../models/goodnet';
import { createApp } from './app';
import { classifierOf } from './classifier';
import { lambdaHandler } from './lambda-handler';

const bundle = process.env.GOODNET_BUNDLE;
if (!bundle) {
  throw new GoodNetError('The environment variable GOODNET_BUNDLE is not set', {
    kind: 'environment',
    hint: "Set it to the bundle's folder in the function's package.",
  });
}
// Once, at the cold start: npm run build:lambda lays the .wasm files beside this one.
const engine = await startEngine({ engine: 'wasm', wasmPath: fileURLToPath(new URL('.', import.meta.url)) });
const goodnet = await GoodNet.load(bundle);

/** Answers HTTP events of API Gateway, a function URL or a load balancer. */
export const handler = lambdaHandler(
  createApp({ classifier: classifierOf(goodnet), engine: engine.description }),
);

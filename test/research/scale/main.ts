/**
 * `npm run scale [-- --demo]`: what GoodNet costs and takes on AWS, small and large, reckoned from what the functions are
 * measured to take in this run, list prices and quotas; simulations beside the closed formulas. Prints docs/scale.md's
 * tables. Needs scripts/lambda-runtime.mjs and scripts/versitygw.mjs to have run. `--demo` measures the demo's small net.
 */
import { readArgs } from '../../command-line';
import { hasRuntimeClient } from '../../functions/lambda/instance';
import { hasS3Server } from '../../s3-server';
import { measure } from './figures';
import { report } from './report';

const { values } = readArgs(import.meta.filename, { demo: { type: 'boolean', default: false } });
if (!hasRuntimeClient || !hasS3Server) {
  console.error('scale: run `node scripts/lambda-runtime.mjs` and `node scripts/versitygw.mjs` first.');
  process.exit(1);
}
console.log(report(await measure({ demo: values.demo })));

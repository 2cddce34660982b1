import type { Emulator } from './emulator';

/** What nothing in the emulator's log tells of. */
const KNOWN = [
  'IAM: policies are kept, and nobody is held to them (test/infra/delivery.test.ts and others hold them against what is asked)',
  'KMS: Ed25519 keys; a stand-in signs',
  'Lambda: containers; functions run as processes of this Node.js, with sharp for this machine',
  "Step Functions: JSONata without Java; the repair's states as deployed are run by test/infra/states.ts, without waiting",
  'AWS Batch; submitJob runs the entry point of the container, on wasm and this machine',
  'API Gateway and CORS: the output TryIt of GoodNet-Endpoint is not run, its function is called by its alias',
  'Step Functions: StartBackfill is not run (npm run e2e hands a batch to its function)',
  'SNS: no mail is sent; a queue subscribes in its place',
];

/** What of the stacks the emulator has not taken, or not in earnest: by its own words, and by name. */
export function lacking(emulator: Emulator): string[] {
  const log = emulator.log();
  const types = [...log.matchAll(/No resource provider found for "([\w:]+)"/g)].map(([, type]) => type!);
  const others = [...log.matchAll(/goodnet-local: lacking: (.*)/g)].map(([, what]) => what!);
  const each = [...new Set(types)].sort().map((type) => `CloudFormation: ${type} is taken and not made`);
  return [...each, ...new Set(others), ...KNOWN];
}

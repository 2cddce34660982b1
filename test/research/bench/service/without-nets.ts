/**
 * `without-nets.ts STORE`: the service as `goodnet serve` runs it, but for its nets: every image has the same verdict at
 * once. What it takes is what the service takes around the nets: HTTP, decoding, batching, metrics, JSON.
 */
import { createApp } from '../../../../functions/app';
import { batched } from '../../../../functions/batching';
import { prometheus } from '../../../../functions/observe/prometheus';
import { startServer } from '../../../../functions/server';
import { readManifest } from '../../../../models/bundle/read';
import { resolveBundle } from '../../../../models/store/folder';
import type { Verdict } from '../../../../models/verdict';

const { name, id, classes, input, alpha } = await readManifest(
  (await resolveBundle(process.argv[2]!)).folder,
);
const answer = { class: 7, probability: 0.9876543 };
const verdict: Verdict = {
  ...{ class: 7, backdoored: false, pValue: 0.5123456, suspicion: 0.1234567 },
  ...{ answer, bad: answer, repaired: answer },
};
const metrics = prometheus();
const classifier = batched(
  {
    ...{ model: name, id, classes, input, alpha },
    classify: async (_, count) => Array.from({ length: count }, () => verdict),
  },
  { watch: metrics },
);
const server = await startServer({ app: createApp({ classifier, metrics }), host: '127.0.0.1', port: 0 });
console.log(server.url);

/** The service as `goodnet serve` runs it, but for its nets, which cost nothing; measured from one message to the next. */
import { createApp } from '../../../functions/app';
import { batched } from '../../../functions/batching';
import { fixedCatalogue } from '../../../functions/catalogue/fixed';
import type { Classifier } from '../../../functions/classifier';
import { prometheus } from '../../../functions/observe/prometheus';
import { startServer } from '../../../functions/server';
import { keepHeapSmall, settleHeap } from '../../../functions/small-heap';
import type { Verdict } from '../../../models/verdict';
import { Meter } from './meter';

keepHeapSmall();
const answer = { class: 7, probability: 0.9876543 };
const verdict: Verdict = {
  ...{ class: 7, backdoored: false, pValue: 0.5123456, suspicion: 0.1234567 },
  ...{ answer, bad: answer, repaired: answer },
};
const model = (name: string, height: number, width: number): Classifier =>
  batched({
    ...{ model: name, id: 'ab'.repeat(32), classes: 24, input: { height, width, channels: 3 } },
    ...{ alpha: 0.01, alphas: { least: 0.001, most: 0.5 } },
    classify: async (_, count) => Array.from({ length: count }, () => verdict),
  });
const defects: unknown[] = [];
const app = createApp({
  catalogue: fixedCatalogue([model('faces', 40, 32), model('photos', 224, 224)]),
  metrics: prometheus(),
  onDefect: (error) => defects.push(error),
});
const server = await startServer({ app, host: '127.0.0.1', port: 0 });
settleHeap();
const meter = new Meter();
process.on('message', async (asked: 'begin' | 'end') => {
  if (asked === 'begin') {
    await meter.begin();
    process.send!({});
    return;
  }
  const cost = await meter.end();
  const [defect] = defects.splice(0);
  process.send!({ cost, defect: defect instanceof Error ? defect.stack : defect });
});
process.on('disconnect', () => process.exit());
process.send!({ url: server.url });

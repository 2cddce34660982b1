import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import type { Watch } from './watch';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Ten equal shares: p-values of clean images fall into each alike, so that a drift shows. */
const TENTHS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

/** What `GET /metrics` tells, in Prometheus' text format. */
export interface Metrics extends Watch {
  readonly contentType: string;
  text(): Promise<string>;
}

/** Counts and times for Prometheus. Models are told by name; of images nothing but their p-value. */
export function prometheus(): Metrics {
  const register = new Registry();
  collectDefaultMetrics({ register });
  const registers = [register];
  const verdicts = new Counter({
    name: 'goodnet_verdicts_total',
    help: 'Images answered, by model and by whether they were flagged as backdoored.',
    labelNames: ['model', 'flagged'],
    registers,
  });
  const pValues = new Histogram({
    name: 'goodnet_p_value',
    help: 'p-values of images; for clean traffic each tenth holds alike.',
    labelNames: ['model'],
    buckets: TENTHS,
    registers,
  });
  const unfamiliar = new Counter({
    name: 'goodnet_unfamiliar_total',
    help: 'Images that are unlike those that the model was calibrated on; of traffic like these, one in a hundred.',
    labelNames: ['model'],
    registers,
  });
  const stages = new Histogram({
    name: 'goodnet_stage_seconds',
    help: 'Time of decoding an image, of its wait for the nets, and of the nets on a batch.',
    labelNames: ['stage'],
    buckets: SECONDS,
    registers,
  });
  const requests = new Histogram({
    name: 'goodnet_request_seconds',
    help: 'Time of requests, by route, method and status.',
    labelNames: ['route', 'method', 'status'],
    buckets: SECONDS,
    registers,
  });
  return {
    contentType: register.contentType,
    text: () => register.metrics(),
    stage: (stage, seconds) => stages.observe({ stage }, seconds),
    verdict(model, { backdoored, pValue, unfamiliar: isUnfamiliar }) {
      verdicts.inc({ model, flagged: String(backdoored) });
      pValues.observe({ model }, pValue);
      // Told from the first image on, so that none of it is told apart from a bundle that can't tell.
      if (isUnfamiliar !== undefined) unfamiliar.inc({ model }, isUnfamiliar ? 1 : 0);
    },
    request(route, method, status, seconds) {
      requests.observe({ route, method, status: String(status) }, seconds);
    },
  };
}

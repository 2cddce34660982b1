import { Random } from '../../../models/random';
import { markdown as table } from '../../markdown';
import { ASSUMED, SET_UP } from './assumed';
import { classifying, requestsOf } from './classifying';
import type { Figures } from './figures';
import { drainTime, turnedAway } from './formulas';
import { IDLE, IDLE_TOGETHER, OWN_METRICS, OWN_METRICS_MONTH } from './idle';
import { AS_OF, PRICES } from './prices';
import { QUOTAS } from './quotas';
import { repairing } from './repairing';
import { backfill, uploadBacklog, uploads } from './screening';
import { simulateBacklog } from './simulate-backlog';
import { simulateRequests } from './simulate-requests';
import { count, dollars, duration } from './words';

const IMAGES = [1e3, 1e6, 1e8];
const RATES = [10, 1e3, 1e5];
const NETS = [1, 100, 1e4];
/** Functions at once where they were raised as far as they go. */
const RAISED = QUOTAS.sqsMost.most;
/** Instances of a new account. */
const NEW_ACCOUNT = 10;

/** All tables, as Markdown. */
export function report(figures: Figures): string {
  const parts: [string, string][] = [
    ['Measured in this run, in time of one processor of this machine', measured(figures)],
    ['Images screened', screened(figures)],
    ['Requests answered, of one image', answered(figures)],
    ['Nets repaired', repaired(figures)],
    [
      'Idle, a month',
      table(
        ['what', 'dollars'],
        [
          ...Object.entries(IDLE),
          ['together', IDLE_TOGETHER] as const,
          [`in use, besides: ${OWN_METRICS} metrics of our own`, OWN_METRICS_MONTH] as const,
        ].map(([what, usd]) => [what, dollars(usd)]),
      ),
    ],
    ['The simulations against the closed formulas', agreement(figures)],
    ['Quotas', quotas()],
    [`List prices, US East (N. Virginia), ${AS_OF}`, prices()],
  ];
  return parts.map(([title, text]) => `### ${title}\n\n${text}`).join('\n\n');
}

function measured({ net, repair, start, request, image, resident }: Figures): string {
  return table(
    ['what', 'measured'],
    [
      [`the net: ${net}`, ''],
      ['a repair, without a GPU', duration(repair)],
      ['start to first verdict, beyond an empty function', duration(start)],
      ['a request of one image', duration(request)],
      ['an image of a batch of 100', duration(image)],
      ["the function's memory", `${(resident / 1e6).toFixed(0)} MB`],
      ['taken for a processor of Lambda', `× ${ASSUMED.slower}`],
    ],
  );
}

function screened(figures: Figures): string {
  const ways = [
    ['uploads, as deployed', uploads, SET_UP.concurrency],
    ['uploads, raised', uploads, RAISED],
    ['backfill, as deployed', backfill, SET_UP.backfillConcurrency],
    ['backfill, raised', backfill, RAISED],
  ] as const;
  const rows = ways.flatMap(([way, cost, concurrency]) =>
    IMAGES.map((images) => {
      const { usd, parts, seconds } = cost(images, figures, concurrency);
      const shares = [parts.lambda, parts.s3, parts.events, parts.logs].map(dollars);
      return [way, count(images), count(concurrency), duration(seconds), dollars(usd), ...shares];
    }),
  );
  return table(['', 'images', 'functions', 'time', 'cost', 'Lambda', 'S3', 'events', 'logs'], rows);
}

function answered(figures: Figures): string {
  const rows = RATES.map((rate) => {
    const { usdMillion, usdHour, busy, instances, quota, simulated } = classifying(rate, figures);
    const { p50, p99, cold, mostInstances } = simulated;
    return [
      count(rate),
      count(busy),
      count(instances),
      count(quota),
      count(mostInstances),
      `${Number((100 * cold).toPrecision(2))} %`,
      duration(p50),
      duration(p99),
      dollars(usdMillion),
      dollars(usdHour),
    ];
  });
  const head = [
    'a second',
    'busy',
    'enough',
    'quota',
    'at most',
    'cold',
    'median',
    '99th',
    'a million',
    'an hour',
  ];
  return table(head, rows);
}

function repaired(figures: Figures): string {
  const rows = NETS.map((nets) => {
    const { machines, seconds, usd, usdFull, taken } = repairing(nets, figures);
    const vcpus = machines * SET_UP.vcpusEach;
    return [
      count(nets),
      count(machines),
      count(vcpus),
      duration(seconds),
      count(taken),
      dollars(usd),
      dollars(usdFull),
    ];
  });
  return table(['nets', 'machines', 'processors', 'time', 'taken away', 'spot', 'full price'], rows);
}

/** Where a quota binds, so that there is something to agree on. */
function agreement(figures: Figures): string {
  const percent = (share: number) => `${(100 * share).toPrecision(3)} %`;
  const time = figures.request * ASSUMED.slower;
  const rate = (1.1 * NEW_ACCOUNT) / time;
  const calls = { ...requestsOf(rate, figures, NEW_ACCOUNT), count: 200_000 };
  const away = simulateRequests({ ...calls, start: 0 }, new Random(1, 'away')).turnedAway;
  const cold = simulateRequests(calls, new Random(1, 'away')).turnedAway;
  const backlog = uploadBacklog(1e6, figures, RAISED);
  const each = backlog.secondsEach + backlog.secondsCall / backlog.batch;
  const all = { ...backlog.instances, first: RAISED };
  const net = repairing(10_000, figures);
  return table(
    ['', 'simulated', 'formula'],
    [
      [
        `turned away, ${count(rate)} a second on ten instances (Erlang)`,
        percent(away),
        percent(turnedAway(rate * time, NEW_ACCOUNT)),
      ],
      ['the same with cold starts: no formula', percent(cold), ''],
      [
        `a million uploads on ${count(RAISED)} functions from the first moment`,
        duration(simulateBacklog({ ...backlog, instances: all }).seconds),
        duration(drainTime(1e6, each, RAISED, backlog.start)),
      ],
      ['the same when SQS adds 300 a minute: no formula', duration(simulateBacklog(backlog).seconds), ''],
      [
        'of a machine for a net, spot machines taken away',
        duration(net.perNet),
        duration(net.perNetByFormula),
      ],
    ],
  );
}

function quotas(): string {
  const rows = Object.values(QUOTAS).map(({ most, of, raise, source }) => [of, count(most), raise, source]);
  return table(['of', 'at first', 'to raise', 'source'], rows);
}

function prices(): string {
  const rows = Object.values(PRICES).map(({ usd, per, source }) => [
    per,
    `$${Number(usd.toPrecision(6))}`,
    source,
  ]);
  return table(['a', 'price', 'source'], rows);
}

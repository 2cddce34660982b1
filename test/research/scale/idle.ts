import { PRICES } from './prices';

/** Gigabytes of the repair container's image (CUDA's libraries, packed), and of what the stacks keep in S3. */
const IMAGE_GB = 4;
const STORED_GB = 1;
/** Metrics in the fourteen alarms, of which some add up or weigh several. Ten are free. */
export const ALARM_METRICS = 21;
const FREE_ALARMS = 10;

/** What the stacks cost a month while nobody asks: dollars, by what for. */
export const IDLE: Readonly<Record<string, number>> = {
  'the signing key in KMS (goodnet:signing=none: none)': PRICES.kmsKeyMonth.usd,
  'the repair image in ECR, 4 GB (goodnet:repair=false: none)': IMAGE_GB * PRICES.ecrGbMonth.usd,
  'metrics in alarms beyond the ten that are free': (ALARM_METRICS - FREE_ALARMS) * PRICES.alarmMonth.usd,
  'a gigabyte of bundles and nets in S3': STORED_GB * PRICES.s3GbMonth.usd,
};

/** All of it, a month. */
export const IDLE_TOGETHER = Object.values(IDLE).reduce((sum, each) => sum + each);

/** Metrics of our own that a deployment writes (functions/lambda/powertools.ts, and NoMachines of the repair); paid for by the hour in which they are written. */
export const OWN_METRICS = 12;
/** What they cost in a month in which all are written all the time: dollars. */
export const OWN_METRICS_MONTH = OWN_METRICS * PRICES.metricMonth.usd;

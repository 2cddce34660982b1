import type { IConstruct } from 'constructs';
import * as z from 'zod';
import { email, flag, keyArn, list, machine, number, origin, prefix } from './option-kinds';
import { aroundOwn, inScreened, OWN_PREFIX } from './screening/prefix-overlap';

/** What the app is told by cdk.json or `-c goodnet:NAME=VALUE`, with its defaults. */
const schema = z.strictObject({
  /** What the stacks' names begin with. */
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, 'letters, digits and -, a letter first')
    .default('GoodNet'),
  /** Whether buckets, keys and logs stay when a stack is deleted. */
  retain: flag.default(true),
  /** Which stacks there are beside the artifacts. */
  repair: flag.default(true),
  endpoint: flag.default(true),
  screening: flag.default(true),
  watch: flag.default(true),
  signing: z.enum(['kms', 'none']).default('kms'),
  /** An existing key that signs, in place of a new one, and others that are believed, too. */
  signingKey: keyArn.optional(),
  trustKeys: list.pipe(z.array(keyArn)).default([]),
  /** What is current must have a serial of at least this one. */
  leastSerial: number(z.number().int().min(1)).optional(),
  front: z.enum(['http-api', 'function-url']).default('http-api'),
  auth: z.enum(['iam', 'jwt']).default('iam'),
  jwtIssuer: z.url({ protocol: /^https$/ }).optional(),
  jwtAudience: list.optional(),
  engine: z.enum(['wasm', 'node']).default('wasm'),
  /** A key in KMS that log groups and the alarms' topic are encrypted with. */
  encryptionKey: keyArn.optional(),
  /** Megabytes. */
  memory: number(z.number().int().min(256).max(10240)).optional(),
  provisionedConcurrency: number(z.number().int().min(0)).default(0),
  /** 0: no limit but the account's. */
  reservedConcurrency: number(z.number().int().min(0)).optional(),
  /** Requests a second, and how many at once beyond. */
  throttleRate: number(z.number().positive()).default(100),
  throttleBurst: number(z.number().int().positive()).default(200),
  origins: list.pipe(z.array(origin)).default([]),
  /** Whether the functions' logs have a line of each image. */
  audit: flag.default(false),
  /** An existing bucket that is to be screened. */
  uploadsBucket: z.string().min(3).optional(),
  uploadsPrefix: prefix.optional(),
  model: z.string().min(1).optional(),
  /** Whether the bucket refuses to hand out what is flagged, or not yet screened. */
  guardReads: flag.default(false),
  tags: flag.default(true),
  results: prefix.default('results'),
  events: flag.default(false),
  quarantine: prefix.optional(),
  screeningConcurrency: number(z.number().int().min(2).max(1000)).default(10),
  backfillConcurrency: number(z.number().int().min(1).max(10_000)).default(50),
  instanceTypes: list.pipe(z.array(machine).min(1, 'one machine, or more')).optional(),
  /** Whether an uploaded job's bundles become current. */
  activateFromInbox: flag.default(false),
  maxvCpus: number(z.number().int().min(4)).default(64),
  maxShares: number(z.number().int().min(1).max(10_000)).default(16),
  /** An existing network of the repair. */
  vpc: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'the id of a network: vpc-…')
    .optional(),
  /** Those of its subnets that machines stand in. */
  subnets: list
    .pipe(z.array(z.string().regex(/^subnet-[0-9a-f]+$/, 'the id of a subnet: subnet-…')))
    .default([]),
  /** An image in a registry, in place of the Dockerfile's. */
  repairImage: z.string().min(1).optional(),
  /** The false-positive rate that the bundles were calibrated for. */
  alpha: number(z.number().gt(0).lt(1)).default(0.01),
  alarmEmails: list.pipe(z.array(email)).default([]),
});

export type Config = z.infer<typeof schema>;

/** Where the context names an option of GoodNet. */
const OURS = 'goodnet:';

/**
 * Reads the app's choices from the context.
 * @throws Error naming each option that is unknown or unusable, and what would do
 */
export function readConfig(node: IConstruct['node']): Config {
  const context: Record<string, unknown> = node.getAllContext();
  const given = Object.entries(context).filter(([key]) => key.startsWith(OURS));
  const parsed = schema.safeParse(
    Object.fromEntries(given.map(([key, value]) => [key.slice(OURS.length), value])),
  );
  const faults = [
    ...Object.keys(context).flatMap(misspelt),
    ...(parsed.success ? contradictions(parsed.data) : parsed.error.issues.flatMap(messageOf)),
  ];
  if (parsed.success && faults.length === 0) return parsed.data;
  throw new Error(`The options in cdk.json, or given with -c, can't be used:\n  ${faults.join('\n  ')}`);
}

/** A name that is meant for us, and would be passed over: `GoodNet:repair`, `goodnet.repair`. */
function misspelt(key: string): string[] {
  const [, name] = /^good-?net[^a-z0-9](.*)$/i.exec(key) ?? [];
  if (name === undefined || key.startsWith(OURS)) return [];
  return [`${key} is not an option: they are called ${OURS}NAME, such as ${OURS}${name || 'name'}`];
}

function messageOf(issue: z.core.$ZodIssue): string[] {
  if (issue.code === 'unrecognized_keys') {
    const known = Object.keys(schema.shape).join(', ');
    return issue.keys.map((key) => `${OURS}${key} is not an option. There are: ${known}`);
  }
  return [`${OURS}${issue.path.join('.')}: ${issue.message}`];
}

function contradictions(config: Config): string[] {
  const faults: string[] = [];
  if (config.auth === 'jwt' && (!config.jwtIssuer || !config.jwtAudience?.length)) {
    faults.push(`${OURS}auth=jwt needs ${OURS}jwtIssuer and ${OURS}jwtAudience`);
  }
  if (config.auth === 'jwt' && config.front === 'function-url') {
    faults.push(`${OURS}front=function-url can't check a JWT: take http-api, or auth=iam`);
  }
  if (config.signing === 'none' && (config.signingKey || config.trustKeys.length > 0)) {
    faults.push(`${OURS}signing=none has no use for ${OURS}signingKey and ${OURS}trustKeys`);
  }
  if (config.signing === 'none' && config.leastSerial !== undefined) {
    faults.push(`${OURS}leastSerial is of what is signed: leave ${OURS}signing=none out`);
  }
  if ((config.vpc === undefined) !== (config.subnets.length === 0)) {
    faults.push(`${OURS}vpc and ${OURS}subnets are of one network: give both, or none`);
  }
  if (config.guardReads && config.uploadsBucket) {
    faults.push(
      `${OURS}guardReads is of a bucket of our own: the policy of ${OURS}uploadsBucket is yours to write`,
    );
  }
  if (config.guardReads && config.uploadsPrefix === '') {
    faults.push(
      `${OURS}guardReads of a whole bucket would lock results and backfills, too: give ${OURS}uploadsPrefix, or leave it out`,
    );
  }
  if (config.guardReads && !config.tags)
    faults.push(`${OURS}guardReads goes by tags: leave ${OURS}tags=false out`);
  if (config.watch && !config.endpoint && !config.screening && !config.repair) {
    faults.push(`${OURS}watch has nothing to watch: take one of endpoint, screening, repair, or watch=false`);
  }
  if (!config.tags && config.results === '' && !config.events) {
    faults.push(`verdicts are written nowhere: take one of ${OURS}tags, ${OURS}results and ${OURS}events`);
  }
  faults.push(...overlaps(config));
  const reserved = reservedFor(config);
  if (reserved !== undefined && config.provisionedConcurrency > reserved) {
    const why = config.reservedConcurrency === undefined ? ` (so many where ${OURS}front=function-url)` : '';
    faults.push(
      `${OURS}provisionedConcurrency (${config.provisionedConcurrency}) is of ${OURS}reservedConcurrency (${reserved}${why}): it can't be more`,
    );
  }
  return faults;
}

/** What is screened must not hold what screening writes, nor lie in it. */
function overlaps({ uploadsBucket, uploadsPrefix, results, quarantine }: Config): string[] {
  const screened = uploadsPrefix ?? (uploadsBucket === undefined ? 'uploads' : '');
  const own = {
    [`${OURS}results`]: results,
    [`${OURS}quarantine`]: quarantine,
    'what backfills tell': OWN_PREFIX,
  };
  return Object.entries(own).flatMap(([what, written]) => {
    if (!written || screened === '') return [];
    const where = `${OURS}uploadsPrefix (${screened})`;
    if (inScreened(screened, [written]) !== undefined)
      return [`${what} (${written}) lies in ${where}, and would be screened`];
    if (aroundOwn(screened, [written]) !== undefined)
      return [`${where} lies in ${what} (${written}): nothing there would be screened`];
    return [];
  });
}

/** A function URL has no throttle of its own: so many instances are the limit to what a flood of requests costs. */
const BEHIND_A_URL = 50;

/** Instances that are reserved for the endpoint; undefined for none. */
export function reservedFor({
  front,
  reservedConcurrency,
}: Pick<Config, 'front' | 'reservedConcurrency'>): number | undefined {
  const reserved = reservedConcurrency ?? (front === 'function-url' ? BEHIND_A_URL : 0);
  return reserved === 0 ? undefined : reserved;
}

import * as z from 'zod';
import { METHODS } from '../../models/bundle/methods';
import { GoodNetError } from '../../models/errors';
import { FIT } from '../../models/images/fit';
import { MODEL_NAME } from '../../models/model-name';
import { first } from '../../models/present';
import { CLASS_ORDERS } from '../images/class-folders';
import { SIZE } from '../size';

const address = z.string().min(1).describe('A path or s3://bucket/key; relative to where the job file is');
const name = z
  .string()
  .regex(MODEL_NAME, 'letters, digits, . _ and -, the first a letter or digit')
  .describe('What the model is called: its store is a folder of this name');

/** How a net is to be repaired; each as the flag of `goodnet repair`. */
const how = z.strictObject({
  clean: address
    .optional()
    .describe('Clean labelled images: a folder with a folder a class or labels.csv, or an HDF5 or .npz file'),
  unlabelled: address
    .optional()
    .describe('Images seen in service, labels not looked at; some may be poisoned'),
  hosts: address
    .optional()
    .describe(
      'Images that may be shown: the bundle keeps some of these in place of clean ones (expert alone)',
    ),
  images: z
    .boolean()
    .optional()
    .describe(
      'Whether the bundle may keep images, and features of single ones, and the report show some; true',
    ),
  method: z.enum(METHODS).optional(),
  architecture: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Of a weights-only file: deepid, or an architecture JSON: a path or s3://bucket/key; relative to where the job file is',
    ),
  inputSize: z
    .string()
    .regex(SIZE, 'a number, or height x width')
    .optional()
    .describe('Of a net that takes images of any size: 224, or 120x160 (height x width)'),
  pixels: z
    .string()
    .optional()
    .describe(
      'As repair --pixels takes it: 0-1, 0-255, -1-1, mean-std:M,M,M/S,S,S, or a name; bgr- before it',
    ),
  fit: z
    .string()
    .regex(FIT, 'stretch, crop, crop:256/224 or pad')
    .optional()
    .describe('How pictures of another size are brought to that of the net, as repair --fit takes it'),
  alpha: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Share of clean images that may be answered "backdoored"'),
  seed: z
    .int()
    .min(0)
    .max(2 ** 31 - 1)
    .optional(),
  group: z.string().optional(),
  dataName: z
    .string()
    .min(1)
    .optional()
    .describe('The dataset of images in an HDF5 file, or array of a .npz'),
  labelName: z
    .string()
    .min(1)
    .optional()
    .describe('The dataset of labels in an HDF5 file, or array of a .npz'),
  layout: z.enum(['channels-first', 'channels-last']).optional(),
  classOrder: z
    .enum(CLASS_ORDERS)
    .optional()
    .describe('Of class folders: by name, as Keras sorts them, or by number'),
  acceptLowAccuracy: z
    .boolean()
    .optional()
    .describe(
      'Whether to go on where the net names few of the clean images rightly, or labels and net do not fit; false',
    ),
  skipBad: z.boolean().optional(),
  finding: z.boolean().optional().describe('Whether to ask if the net itself is backdoored; true'),
  activate: z.boolean().optional().describe('Whether the store answers with the bundle from then on; true'),
  acceptUnrepaired: z
    .boolean()
    .optional()
    .describe('Whether it does even where the net is not repaired; false'),
});

/** A `repair-job.json`: many nets, and how each is repaired. */
export const jobSchema = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal('goodnet-repair-job'),
    formatVersion: z.literal(1),
    defaults: how.optional().describe('What holds for every net that does not say otherwise'),
    nets: z
      .array(how.extend({ name, net: address.describe('The net: .h5, .keras or .onnx') }))
      .min(1)
      .max(100_000),
  })
  .meta({ title: 'GoodNet repair job' });

export type Job = z.infer<typeof jobSchema>;

/** One net of a job, with what the job's defaults say filled in. */
export interface NetToRepair extends Omit<z.infer<typeof how>, 'clean'> {
  readonly name: string;
  readonly net: string;
  readonly clean: string;
}

/**
 * Reads a job file.
 * @param where for messages
 * @returns the nets in order, addresses as they stand in the file
 * @throws GoodNetError naming the place in the file
 */
export function parseJob(text: string, where: string): readonly NetToRepair[] {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new GoodNetError(`${where} is not JSON: ${(cause as Error).message}`, {
      code: 'JOB_UNUSABLE',
      hint: HINT,
      cause,
    });
  }
  const parsed = jobSchema.safeParse(raw);
  if (!parsed.success) {
    const issue = first(parsed.error.issues);
    throw new GoodNetError(`${where}: ${issue.path.join('.') || 'the file'}: ${issue.message}`, {
      code: 'JOB_UNUSABLE',
      hint: HINT,
    });
  }
  const { defaults = {}, nets } = parsed.data;
  const seen = new Set<string>();
  return nets.map((each, i) => {
    if (seen.has(each.name)) {
      throw new GoodNetError(`${where}: nets.${i}.name: there is a net called ${each.name} before it`, {
        code: 'JOB_UNUSABLE',
        hint: 'Give each net of a job a name of its own.',
      });
    }
    seen.add(each.name);
    const clean = each.clean ?? defaults.clean;
    if (clean === undefined) {
      throw new GoodNetError(`${where}: nets.${i}.clean: no clean images are given`, {
        code: 'JOB_UNUSABLE',
        hint: 'Give them here, or once for all nets as defaults.clean.',
      });
    }
    const net = { ...defaults, ...each, clean };
    if (net.hosts !== undefined && net.images === false) {
      throw new GoodNetError(
        `${where}: nets.${i}: images to keep are given (hosts), and none are to be kept`,
        { code: 'JOB_UNUSABLE', hint: 'Give one of hosts and "images": false, here or as defaults.' },
      );
    }
    return net;
  });
}

const HINT = '`goodnet job --schema` prints what a job file holds.';

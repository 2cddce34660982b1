import { createHash } from 'node:crypto';
import * as z from 'zod';
import { DISTANCES } from '../detector/familiarity';
import { REGIONS } from '../detector/transplant-regions';
import { BundleError } from '../errors';
import { type Fit, isFit } from '../images/fit';
import { EARLIER } from './earlier';
import { LEVELS } from './levels';
import { METHODS } from './methods';
import '../zod-without-jit';

export type { Method } from './methods';

/**
 * The bundle format that this version writes. It reads that, and the two before: see earlier.ts. Once it is settled,
 * test/fixtures/bundles/make.ts makes bundles of it that later versions are held to.
 */
export const FORMAT_VERSION = 8;

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();
const size = z.number().int().positive();
const folder = z.string().regex(/^[a-z0-9-]+$/);

/** Where B takes blue first; left out: red first. */
const order = z.literal('bgr').optional();

const pixels = z.union([
  z.object({ kind: z.enum(['0-1', '0-255', '-1-1']), order }),
  z.object({
    kind: z.literal('mean-std'),
    order,
    mean: z.array(z.number()).readonly(),
    std: z.array(z.number().positive()).readonly(),
  }),
]);

/** There may be thousands: at once, they take a tenth of the time. */
function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => Number.isFinite(each));
}

const numbers = z.custom<readonly number[]>(isNumbers, 'expected numbers');

const scale = z.object({ zero: z.number(), spread: z.number().positive() });

const cloud = z.object({ features: count, dimensions: count });

const directions = z.object({ dimensions: size });

const moments = { means: numbers, spreads: numbers };

/** How the evidence that every image is asked for is made one score (see Discriminant). */
const discriminant = z.object({
  kind: z.literal('discriminant'),
  kinds: z.array(z.string()).min(1).readonly(),
  shifts: z.array(numbers).min(1).readonly(),
  ...moments,
  classes: z.array(z.object({ class: count, ...moments })).readonly(),
  covariance: numbers,
  scale,
});

/** How bundles of formats 6 and 7 make it one (see Tails). */
const tails = z.object({
  kind: z.literal('tails'),
  scales: z
    .array(scale.extend({ kind: z.string() }))
    .min(1)
    .readonly(),
  together: z
    .array(scale.extend({ kinds: z.array(z.string()).min(1).readonly() }))
    .min(1)
    .readonly(),
});

const rule = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('disagreement') }),
  z.object({
    kind: z.literal('calibrated'),
    first: z.discriminatedUnion('kind', [discriminant, tails]),
    /** How images are asked further, by halves of them transplanted. */
    transplant: z
      .object({
        askFrom: z.number(),
        pieces: z.object({
          scales: z
            .array(scale.extend({ piece: z.enum(REGIONS) }))
            .min(2)
            .readonly(),
          halves: scale,
          highest: scale,
        }),
        scale,
        join: z.enum(['sum', 'larger']),
        firstWeight: share,
      })
      .optional(),
    /** Classes that B's backdoor was found to lead to, and by the logarithm of what images answered so are put higher. */
    suspected: z.object({ classes: z.array(count).min(1).readonly(), worth: z.number().min(1) }).optional(),
    /** p-value up to which B′ passes over the class that B names. */
    passOver: share,
    /** How G names the class of images that B is unsure of; left out where views of them are no help. */
    views: z.object({ unsureBelow: share, mirrored: z.boolean() }).optional(),
  }),
]);

const calibration = z.object({
  /** How fit and calibration images were kept apart; `none` for a rule that needs no calibration. */
  scheme: z.enum(['split', 'cross-fit', 'none']),
  folds: count,
  images: count,
  /** Groups of images that belong together (videos, physical objects); equal to images where none are told. */
  groups: count,
  /** The calibration images' scores, from low to high. */
  scores: z.custom<number[]>(isNumbers, 'expected numbers'),
});

const measured = z.object({
  /**
   * The images that these figures come from. Of `expert` they are calibration images, scored by a fit that had not seen them
   * (cross-fitted: each by its own fold); by the other methods, those that B′ was made from.
   */
  images: count,
  accuracyBefore: share,
  /** B′ was made from these images, or most of them: too good by a little. What a net that stands alone does to others `repaired` tells. */
  accuracyRepaired: share,
  accuracy: share,
  falsePositiveRate: share,
  /** Of the net in `nets.repaired` alone, without B and the detector; bundles may lack it. */
  repaired: z
    .object({
      /** Clean images that it was not made from, which this was measured on; of none, it was measured on those that it was made from. */
      images: count,
      /** Share of them that B names rightly, and the repaired net. */
      accuracyBefore: share,
      accuracy: share,
      /**
       * Attack success of triggers that were implanted in the net before it was repaired, the highest of them: when they had been, and
       * after it was repaired.
       */
      implanted: z.object({ before: share, after: share }),
    })
    .optional(),
});

const finding = z.object({
  backdoored: z.boolean(),
  /** The highest score of any class tried, and what clean nets stay below. */
  score: z.number(),
  limit: z.number(),
  tried: count,
  /** Classes that a backdoor may lead to: the rate and area of the recovered trigger, and its picture's path. */
  targets: z.array(
    z.object({
      class: count,
      rate: share,
      score: z.number(),
      /** How sure it is; bundles of before lack it. Readers of before leave it aside. */
      level: z.enum(LEVELS).optional(),
      /** How far the class's last weights lie above those of other classes; bundles of before lack it. */
      signature: z.number().optional(),
      /** How far the largest margin of any picture stands above other classes', over what clean nets stay below; bundles of before lack it. */
      standsOut: z.number().optional(),
      area: share,
      trigger: z.string(),
    }),
  ),
});

const file = z.object({
  path: z.string().regex(/^[a-z0-9][a-z0-9.-]*(\/[a-z0-9][a-z0-9.-]*)*$/),
  bytes: count,
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

const manifestSchema = z.object({
  format: z.literal('goodnet-bundle'),
  /** The format of the file that was read; what is read is always in the shape of the newest. */
  formatVersion: z.number().int().positive(),
  /** SHA-256 of the manifest without this field: the bundle's name, and with it the name of everything in it. */
  id: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the net was called: its file's name without ending. */
  name: z.string().min(1),
  classes: z.number().int().min(2),
  classNames: z.array(z.string()).optional(),
  input: z.object({
    height: z.number().int().positive(),
    width: z.number().int().positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
    pixels,
    /** How an image of another size is fitted to height × width. Earlier versions know `stretch` alone, and refuse others. */
    fit: z.custom<Fit>(isFit, 'expected a fit'),
  }),
  method: z.enum(METHODS),
  /** The false-positive rate that was asked for. */
  alpha: share,
  nets: z.object({
    bad: folder,
    /** A head relearned from labels, on what B gives: evidence, and B's second opinion. `unheard`: of which classes it is no evidence. */
    relearned: z.object({ folder, unheard: z.array(count).readonly().optional() }).optional(),
    /** B′ as a net that takes images and stands alone; left out where B′ is B, with the linear probe if there is one, and classes passed over. */
    repaired: z.object({ folder }).optional(),
    /** E, and what it takes: images, or the last of what B gives. */
    expert: z.object({ folder, from: z.enum(['image', 'stem']) }).optional(),
  }),
  /** Images in the bundle, which halves of an image are transplanted onto, and what is cut: B's features, or images. */
  transplant: z.object({ count: z.number().int().positive(), from: z.enum(['cut', 'image']) }).optional(),
  /**
   * Where the images that the bundle may hold are from: the clean set, or one that was given to be kept; of `none` it holds no features of
   * single images, either. Whether it holds any `transplant` and `gallery` say. Bundles of before lack it: theirs are clean ones. Readers
   * of before leave it aside.
   */
  kept: z
    .discriminatedUnion('from', [
      z.object({ from: z.literal('clean') }),
      z.object({ from: z.literal('given'), name: z.string(), images: count, skipped: count }),
      z.object({ from: z.literal('none') }),
    ])
    .optional(),
  /** Parts of clean images, by which B′ names the class of what it passes B's class over in. */
  gallery: z
    .object({
      stem: z.tuple([size, size, size]),
      places: z.tuple([size, size]),
      dimensions: size,
      count: size,
      step: z.number().positive(),
      temperature: z.number().positive(),
    })
    .optional(),
  clouds: z.object({ latent: cloud.optional(), trunk: cloud.optional() }),
  /** What kinds of evidence that have no field of their own above say of their parts, by name. */
  evidence: z.record(z.string(), z.looseObject({})).optional(),
  /**
   * By what it is told whether a picture is unlike the clean images; bundles of before lack it, and say nothing of it. Readers of
   * before leave it aside.
   */
  familiarity: z
    .object({
      latent: directions,
      trunk: directions.optional(),
      look: z.object({ channels: size, dimensions: size, floor: z.number().positive() }).optional(),
      scales: z
        .array(scale.extend({ kind: z.enum(DISTANCES) }))
        .min(1)
        .readonly(),
      /** Clean images that it is calibrated on. */
      images: size,
    })
    .optional(),
  rule,
  calibration,
  /** Kinds of evidence that this bundle goes without, and why. */
  without: z.array(z.object({ evidence: z.string(), reason: z.string() })),
  measured,
  /** Whether B itself looks backdoored, where that was asked. */
  finding: finding.optional(),
  made: z.object({
    seed: z.number().int(),
    engine: z.string(),
    clean: z.object({ name: z.string(), images: count, skipped: count }),
    notes: z.array(z.string()),
  }),
  tools: z.record(z.string(), z.string()),
  files: z.array(file).min(1),
});

/** What a bundle says of itself; see the schema above for each field. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestFile = z.infer<typeof file>;

/** Names a manifest by its content and serialises it. */
export function sealManifest(content: Omit<Manifest, 'id'>): { manifest: Manifest; text: string } {
  // Through JSON once, so that what is hashed is what will be read back.
  const plain = JSON.parse(JSON.stringify(content)) as Omit<Manifest, 'id'>;
  const id = createHash('sha256').update(serialise(plain)).digest('hex');
  const manifest = manifestSchema.parse({ ...plain, id });
  return { manifest, text: serialise(manifest) };
}

/**
 * Reads and checks the text of a manifest. One of an earlier format is brought into the shape of the newest; its id stays that of
 * the file.
 * @param where the file's path, for messages
 * @throws BundleError when it is no manifest, of a format that is not read, or not byte for byte as it was sealed
 */
export function parseManifest(text: string, where: string): Manifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new BundleError(`${where} is not JSON: it is damaged or no bundle manifest`, {
      code: 'BUNDLE_DAMAGED',
      cause,
    });
  }
  const head = z.object({ format: z.literal('goodnet-bundle'), formatVersion: z.number() }).safeParse(raw);
  if (!head.success)
    throw new BundleError(`${where} is no GoodNet bundle manifest`, { code: 'BUNDLE_DAMAGED' });
  if (head.data.formatVersion > FORMAT_VERSION) {
    throw new BundleError(
      `${where} is of bundle format ${head.data.formatVersion}; this version reads up to ${FORMAT_VERSION}`,
      { code: 'BUNDLE_FORMAT_UNKNOWN', hint: 'Upgrade goodnet to read it.' },
    );
  }
  const upgrade = head.data.formatVersion === FORMAT_VERSION ? same : EARLIER.get(head.data.formatVersion);
  if (!upgrade) {
    const read = `${[...EARLIER.keys()].join(', ')} and ${FORMAT_VERSION}`;
    throw new BundleError(
      `${where} is of bundle format ${head.data.formatVersion}, of an earlier version; this one reads ${read}`,
      {
        code: 'BUNDLE_FORMAT_UNKNOWN',
        hint: 'Make the bundle anew with goodnet repair, or bring it along with goodnet migrate of a version that reads it.',
      },
    );
  }
  const manifest = inShape(raw, upgrade, where);
  const { id, ...content } = raw as Manifest;
  const expected = createHash('sha256').update(serialise(content)).digest('hex');
  if (id !== expected || serialise(raw as Manifest) !== text) {
    throw new BundleError(`${where} has been changed since the bundle was made: its checksum does not fit`, {
      code: 'BUNDLE_DAMAGED',
      hint: 'Fetch the bundle again, or make it anew with goodnet repair.',
    });
  }
  return manifest;
}

const same = (raw: unknown) => raw;

function inShape(raw: unknown, upgrade: (raw: unknown) => unknown, where: string): Manifest {
  try {
    return manifestSchema.parse(upgrade(raw));
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const issue = error.issues[0];
    throw new BundleError(`${where} is damaged: ${issue?.path.join('.')}: ${issue?.message}`, {
      code: 'BUNDLE_DAMAGED',
    });
  }
}

/** JSON with every object's keys in order, so that the same content is the same bytes. */
function serialise(value: object): string {
  const ordered = (_key: string, each: unknown): unknown =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1)))
      : each;
  return `${JSON.stringify(value, ordered, 1)}\n`;
}

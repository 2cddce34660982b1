import type { FamiliarityRule } from './bundle/familiarity-files';
import type { Manifest } from './bundle/manifest';
import { unpackNets } from './bundle/pack';
import { classifyPictures } from './classify-pictures';
import { smallestAlpha } from './detector/conformal';
import { familiarityOf, strangeness } from './detector/familiarity';
import type { Gallery } from './detector/gallery';
import { locate } from './detector/locate/locate';
import { lookUpWithoutNamedClass } from './detector/look-up';
import type { DetectorNets } from './detector/nets';
import { openPasses } from './detector/open-passes';
import { onTensorFlow, type Passes } from './detector/passes';
import { furtherOf, type NetReadings, openReaders, type Readers, readingsOf } from './detector/readings';
import { decide, type Rule, scoresOf } from './detector/rule';
import { RUN_BATCH } from './detector/run';
import { answerWithViews } from './detector/test-time-views';
import { addTransplantEvidence } from './detector/transplant-queries';
import { startEngine } from './engine';
import { ImageError } from './errors';
import { RangeLook, rescaling, unitInWords } from './images/range';
import { type ImageShape, imageSize } from './images/set';
import { first } from './present';
import type { Seen } from './signing/seen';
import { findBundle } from './store/find';
import { openGivenTrust, type TrustGiven } from './store/given-keys';
import { type OpenStoreFiles, openStoreFiles } from './store/open-store-files';
import type { Located, Verdict } from './verdict';

/** Beyond it, G would answer fewer images than it turns away. */
const MOST_ALPHA = 0.5;

/** A picture: the bytes of a JPEG, PNG or WebP file; or, as floats, its height × width × channels pixels, values of 0–255, RGB. */
export type Picture = Uint8Array | Float32Array;

/** How a bundle is loaded. */
export interface LoadOptions {
  /** The bundle of the store that is meant, by its id; left out: the current one. */
  readonly id?: string | undefined;
  /**
   * Keys one of which must have signed the bundle, and what a store says is current: files of public keys, ARNs of keys in KMS, or keys that
   * were read already. Left out, signatures are not asked for.
   */
  readonly trust?: TrustGiven | undefined;
  /** The serials of what was current that are known already; left out: those that this process has seen. */
  readonly seen?: Seen | undefined;
  /** Opens a store in S3, for those who have a connection to it already. */
  readonly open?: OpenStoreFiles;
  /** Whether the engine that trains answers, in any case. */
  readonly onTensorFlow?: boolean;
}

/** What is told with a verdict beside the least. */
export interface ClassifyOptions {
  /** How many of both nets' most probable classes to tell; by default none. */
  readonly top?: number;
}

/**
 * G: the BadNet, the repaired net and the detector of one bundle, ready to answer. It holds memory outside of JavaScript's: dispose of it,
 * or declare it with `using`.
 *
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { GoodNet } from 'goodnet';
 *
 * const goodnet = await GoodNet.load('store');
 * try {
 *   const verdict = await goodnet.classify(await readFile('face.png'));
 *   console.log(verdict.backdoored ? 'backdoored' : `class ${verdict.class}`, verdict.pValue);
 * } finally {
 *   goodnet.dispose();
 * }
 */
export class GoodNet {
  readonly manifest: Manifest;
  /** N: images are of the classes 0…N−1, and N says "backdoored". */
  readonly classes: number;
  readonly shape: ImageShape;
  /** What is looked up where B's class is passed over. */
  private readonly gallery: Gallery | undefined;
  private readonly readers: Readers;
  private readonly rule: Rule;
  private readonly familiarity: FamiliarityRule | undefined;
  private readonly passes: Passes;
  private isDisposed = false;

  private constructor(made: Made) {
    const { nets } = made;
    this.manifest = made.manifest;
    this.classes = nets.classes;
    this.shape = nets.shape;
    this.gallery = nets.gallery;
    this.readers = made.readers;
    this.rule = made.rule;
    this.familiarity = made.familiarity;
    this.passes = made.passes;
  }

  /**
   * Verifies and loads a bundle. Where no engine runs yet, the one is started that answers fastest of those installed.
   * @param path a bundle's folder, or a store's (the folder with `current.json`, or `s3://bucket/prefix`)
   * @throws BundleError when anything in it is missing, changed, or of a newer format, or it is not signed so
   * @throws GoodNetError where a key can't be had, or no engine starts
   */
  static async load(
    path: string,
    { id, trust, seen, open = openStoreFiles, onTensorFlow: isOnTensorFlow = false }: LoadOptions = {},
  ): Promise<GoodNet> {
    const trusted = await openGivenTrust(trust);
    const [bundle] = await Promise.all([
      findBundle(path, { id, trust: trusted && { seen, ...trusted }, open }),
      startEngine({ trains: false }),
    ]);
    const { manifest } = bundle;
    const { nets, parts, familiarity } = await unpackNets(bundle);
    const readers = openReaders(nets, parts);
    const rule = ruleOf(manifest);
    const further = furtherOf(nets, familiarity?.surroundings);
    const asks = rule.kind === 'calibrated' ? rule.transplant : undefined;
    const transplant = asks &&
      parts.transplant && { part: parts.transplant, regions: asks.pieces.scales.map(({ piece }) => piece) };
    const passed = { nets, transplant, readers, further };
    const passes = isOnTensorFlow ? onTensorFlow(passed) : await openPasses(passed);
    return new GoodNet({ manifest, nets, readers, rule, familiarity, passes });
  }

  /** Why it answers on TensorFlow.js where ONNX Runtime is there, for people; undefined where it isn't so. */
  get withoutOnnx(): string | undefined {
    return this.passes.without;
  }

  /**
   * The false-positive rates that can be told from the calibration images, 0–1; undefined for a method whose answer
   * does not depend on one.
   */
  get alphas(): { readonly least: number; readonly most: number } | undefined {
    if (this.rule.kind !== 'calibrated') return undefined;
    return { least: smallestAlpha(this.rule.calibration.length), most: MOST_ALPHA };
  }

  /**
   * The verdict on a picture. One that isn't opaque is judged in every way it may be shown, and the most suspicious verdict is given.
   * @throws ImageRejected for bytes that are no picture, or a damaged one; ImageError for floats that look like 0–1 or −1…1
   *
   * @example
   * import { readFile } from 'node:fs/promises';
   * import { GoodNet } from 'goodnet';
   *
   * const goodnet = await GoodNet.load('store');
   * const { answer, recovered } = await goodnet.classify(await readFile('face.png'), { top: 3 });
   * console.log(answer.class, recovered?.class);
   * goodnet.dispose();
   */
  async classify(picture: Picture, options?: ClassifyOptions): Promise<Verdict>;
  /** The verdicts on pictures, in their order. @throws as for one; the message says which of them */
  async classify(pictures: readonly Picture[], options?: ClassifyOptions): Promise<Verdict[]>;
  /**
   * A verdict for each image of a batch of pixels; any number of images, one after the other.
   * @param pixels count × height × width × channels values of 0–255, RGB, channels last
   * @param top how many of both nets' most probable classes to tell with each
   * @throws ImageError for floats that look like 0–1 or −1…1
   */
  async classify(pixels: Uint8Array | Float32Array, count: number, top?: number): Promise<Verdict[]>;
  async classify(
    given: Picture | readonly Picture[],
    how: ClassifyOptions | number = {},
    top = 0,
  ): Promise<Verdict | Verdict[]> {
    if (this.isDisposed) throw new Error('This GoodNet has been disposed of: load it anew');
    if (typeof how === 'number') return await this.classifyPixels(given as Uint8Array, how, top);
    const ask = (pixels: Uint8Array | Float32Array, count: number) =>
      this.classifyPixels(pixels, count, how.top ?? 0);
    if (isOne(given)) return first(await classifyPictures([given], this.shape, ask));
    return await classifyPictures(given, this.shape, ask);
  }

  private async classifyPixels(
    pixels: Uint8Array | Float32Array,
    n: number,
    top: number,
  ): Promise<Verdict[]> {
    const size = imageSize(this.shape);
    if (pixels.length !== n * size) {
      throw new RangeError(`${n} images of ${size} values expected, ${pixels.length} values given`);
    }
    if (pixels instanceof Float32Array) refuseUnitRange(pixels);
    const verdicts: Verdict[] = [];
    for (let start = 0; start < n; start += RUN_BATCH) {
      const end = Math.min(start + RUN_BATCH, n);
      const batch = pixels.subarray(start * size, end * size);
      const read = await this.read(batch, end - start);
      const scores = scoresOf(read, this.rule);
      const readings = lookUpWithoutNamedClass(
        read,
        { gallery: this.gallery, classes: this.classes },
        scores,
        this.rule,
      );
      const decided = decide(readings, scores, this.rule, this.classes, top);
      verdicts.push(...this.withFamiliarity(decided, read));
    }
    return verdicts;
  }

  /**
   * Where in one image the trigger is, if it is at one place, and a map of how much B's answer hangs on each; worth asking for images that were
   * flagged. It takes B at most 171 passes, in batches between which others come to their turn.
   * @param pixels height × width × channels values of 0–255, RGB, channels last
   */
  async locate(pixels: Uint8Array | Float32Array): Promise<Located> {
    const size = imageSize(this.shape);
    if (pixels.length !== size) {
      throw new RangeError(`One image of ${size} values expected, ${pixels.length} values given`);
    }
    return await locate(this.passes.viewer, Float32Array.from(pixels));
  }

  /** Adds how familiar each image is; nothing else of a verdict depends on it. */
  private withFamiliarity(verdicts: Verdict[], { distances }: NetReadings): Verdict[] {
    if (!this.familiarity || !distances) return verdicts;
    const { scales, calibration } = this.familiarity;
    const strange = strangeness(distances, scales, verdicts.length);
    return verdicts.map((verdict, i) => ({ ...verdict, ...familiarityOf(strange[i]!, calibration) }));
  }

  private async read(pixels: Uint8Array | Float32Array, n: number): Promise<NetReadings> {
    const given = await this.passes.run(pixels, n);
    const read = readingsOf(given, this.readers, this.classes, this.familiarity?.surroundings);
    if (this.rule.kind !== 'calibrated') return read;
    const { views } = this.rule;
    const answered = views
      ? await answerWithViews(this.passes.viewer, pixels, read.bad, views)
      : read.answered;
    const readings = { ...read, answered };
    return await addTransplantEvidence(readings, this.rule, this.passes.margins);
  }

  /** Gives back the nets' memory; a second time nothing. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.passes.free();
  }

  /** Disposes of it at the end of the block in which it is declared with `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

interface Made {
  readonly manifest: Manifest;
  readonly nets: Pick<DetectorNets, 'classes' | 'shape' | 'gallery'>;
  readonly readers: Readers;
  readonly rule: Rule;
  readonly familiarity: FamiliarityRule | undefined;
  readonly passes: Passes;
}

function isOne(given: Picture | readonly Picture[]): given is Picture {
  return ArrayBuffer.isView(given);
}

/** Of floats alone: what came as bytes is a picture, which may be dark. */
function refuseUnitRange(pixels: Float32Array): void {
  const look = new RangeLook();
  look.add(pixels);
  const unit = look.unitRange();
  if (unit)
    throw new ImageError(`The pixels ${unitInWords(unit)}`, {
      code: 'IMAGES_PIXELS_UNUSABLE',
      hint: rescaling(unit),
    });
}

function ruleOf(manifest: Manifest): Rule {
  const calibration = Float32Array.from(manifest.calibration.scores);
  if (manifest.rule.kind === 'disagreement') return { kind: 'disagreement', calibration };
  return { ...manifest.rule, alpha: manifest.alpha, calibration };
}

import type { FamiliarityRule } from './bundle/familiarity-files';
import type { Manifest } from './bundle/manifest';
import { unpackNets } from './bundle/pack';
import { askFurther } from './detector/ask';
import { smallestAlpha } from './detector/conformal';
import { type LoadedTransplant, loadTransplant } from './detector/evidence/transplant';
import { familiarityOf, strangeness } from './detector/familiarity';
import { lookUpPassedOver } from './detector/look-up';
import type { DetectorNets, Transplant } from './detector/nets';
import { type Located, locate } from './detector/place/locate';
import { freeReaders, type NetReadings, openReaders, type Readers, readNets } from './detector/readings';
import { decide, type Rule, scoresOf } from './detector/rule';
import { RUN_BATCH } from './detector/run';
import { answerWithViews, type Viewer, viewer } from './detector/views';
import { ImageError } from './errors';
import { RangeLook, rescaling, unitInWords } from './images/range';
import { type ImageShape, imageSize } from './images/set';
import type { Seen } from './signing/seen';
import type { TrustedKeys } from './signing/signatures';
import { findBundle } from './store/find';
import { type OpenFiles, openFiles } from './store/open';
import type { Verdict } from './verdict';

/** Beyond it, G would answer fewer images than it turns away. */
const MOST_ALPHA = 0.5;

/**
 * G: the BadNet, the repaired net and the detector of one bundle, ready to answer.
 *
 * @example
 * await startEngine();
 * const goodnet = await GoodNet.load('out');
 * const [verdict] = await goodnet.classify(pixels, 1); // height × width × channels values of 0–255
 */
export class GoodNet {
  readonly manifest: Manifest;
  private readonly nets: DetectorNets;
  private readonly readers: Readers;
  private readonly transplant: Transplant | undefined;
  private readonly rule: Rule;
  private readonly familiarity: FamiliarityRule | undefined;
  private readonly viewer: Viewer;
  private loadedTransplant: LoadedTransplant | undefined;

  private constructor(
    manifest: Manifest,
    { nets, parts, familiarity }: Awaited<ReturnType<typeof unpackNets>>,
  ) {
    this.manifest = manifest;
    this.nets = nets;
    this.readers = openReaders(nets, parts);
    this.transplant = parts.transplant;
    this.rule = ruleOf(manifest);
    this.viewer = viewer(nets);
    this.familiarity = familiarity;
  }

  /**
   * Verifies and loads a bundle. The engine must have been started.
   * @param path a bundle's folder, or a store's (the folder with `current.json`, or `s3://bucket/prefix`)
   * @param options.id the bundle of the store that is meant; left out: the current one
   * @param options.trusted keys one of which must have signed it, and a store's `current.json`; without, signatures are not asked for
   * @param options.seen the serials of what was current that are known already; left out: those that this process has seen
   * @param options.open opens a store in S3, for those who have a connection to it already
   * @throws BundleError when anything in it is missing, changed, or of a newer format, or it is not signed so
   */
  static async load(
    path: string,
    {
      id,
      trusted,
      seen,
      open = openFiles,
    }: {
      readonly id?: string | undefined;
      readonly trusted?: TrustedKeys | undefined;
      readonly seen?: Seen | undefined;
      readonly open?: OpenFiles;
    } = {},
  ): Promise<GoodNet> {
    const bundle = await findBundle(path, { id, trust: trusted && { keys: trusted, seen }, open });
    return new GoodNet(bundle.manifest, await unpackNets(bundle));
  }

  /** N: images are of the classes 0…N−1, and N says "backdoored". */
  get classes(): number {
    return this.nets.classes;
  }

  /**
   * The false-positive rates that can be told from the calibration images, 0–1; undefined for a method whose answer
   * does not depend on one.
   */
  get alphas(): { readonly least: number; readonly most: number } | undefined {
    if (this.rule.kind !== 'calibrated') return undefined;
    return { least: smallestAlpha(this.rule.calibration.length), most: MOST_ALPHA };
  }

  get shape(): ImageShape {
    return this.nets.shape;
  }

  /**
   * A verdict for each image; any number of images, one after the other.
   * @param pixels n × height × width × channels values of 0–255, RGB, channels last
   * @param top how many of both nets' most probable classes to tell with each
   * @throws ImageError for floats that look like 0–1 or −1…1
   */
  async classify(pixels: Uint8Array | Float32Array, n: number, top = 0): Promise<Verdict[]> {
    const size = imageSize(this.nets.shape);
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
      const readings = lookUpPassedOver(read, this.nets, scores, this.rule);
      const decided = decide(readings, scores, this.rule, this.nets.classes, top);
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
    const size = imageSize(this.nets.shape);
    if (pixels.length !== size) {
      throw new RangeError(`One image of ${size} values expected, ${pixels.length} values given`);
    }
    return await locate(this.nets, Float32Array.from(pixels));
  }

  /** Adds how familiar each image is; nothing else of a verdict depends on it. */
  private withFamiliarity(verdicts: Verdict[], { distances }: NetReadings): Verdict[] {
    if (!this.familiarity || !distances) return verdicts;
    const { scales, calibration } = this.familiarity;
    const strange = strangeness(distances, scales, verdicts.length);
    return verdicts.map((verdict, i) => ({ ...verdict, ...familiarityOf(strange[i]!, calibration) }));
  }

  private async read(pixels: Uint8Array | Float32Array, n: number): Promise<NetReadings> {
    const read = await readNets(this.nets, this.readers, pixels, n, this.familiarity?.surroundings);
    if (this.rule.kind !== 'calibrated') return read;
    const { views } = this.rule;
    const answered = views ? await answerWithViews(this.viewer, pixels, read.bad, views) : read.answered;
    const readings = { ...read, answered };
    return await askFurther(readings, this.rule, () => this.loadTransplant());
  }

  /** The hosts run through B when the first image is asked further, which few are. */
  private loadTransplant(): LoadedTransplant {
    this.loadedTransplant ??= loadTransplant(this.nets, this.transplant!);
    return this.loadedTransplant;
  }

  /** Frees the nets' tensors. */
  dispose(): void {
    const { bad, relearned, repaired } = this.nets;
    for (const net of [bad, relearned?.model, repaired]) net?.dispose();
    freeReaders(this.readers);
  }
}

/** Of floats alone: what came as bytes is a picture, which may be dark. */
function refuseUnitRange(pixels: Float32Array): void {
  const look = new RangeLook();
  look.add(pixels);
  const told = look.told();
  if (told) throw new ImageError(`The pixels ${unitInWords(told)}`, { hint: rescaling(told) });
}

function ruleOf(manifest: Manifest): Rule {
  const calibration = Float32Array.from(manifest.calibration.scores);
  if (manifest.rule.kind === 'disagreement') return { kind: 'disagreement', calibration };
  return { ...manifest.rule, alpha: manifest.alpha, calibration };
}

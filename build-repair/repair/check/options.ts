import type { Method } from '../../../models/bundle/methods';
import type { ImageSet } from '../../../models/images/set';
import type { LoadedNet } from '../../../models/keras';
import type { PixelScaling } from '../../../models/pixels';
import type { Signing } from '../../../models/store/current';
import type { Verdict } from '../../../models/verdict';
import type { JudgedBatch } from '../../evaluate/judged';
import type { Progress } from '../../progress';
import type { AskServed } from '../../served/ask-wasm';

/** Takes note of the verdicts on some calibration images, by the scores that they were given when no fitting had seen them. */
export type ObserveCalibration = (verdicts: readonly Verdict[], batch: JudgedBatch) => void;

/** What to repair, with what, and how. */
export interface RepairOptions {
  /** The BadNet's file, for the bundle's name. */
  readonly netPath: string;
  readonly net: LoadedNet;
  /**
   * D_valid: clean labelled images. Where their shape tells no fit, pictures of another size are brought to the net's in the way under which B
   * does best, in all sets.
   */
  readonly clean: ImageSet;
  /**
   * Images without labels, seen in service, some of which may be poisoned: where suspicious ones gather at a class, it needs less
   * evidence (`expert` alone).
   */
  readonly unlabelled?: ImageSet | undefined;
  /** Images that may be shown, labels not looked at: those that the bundle keeps are drawn from them (`expert` alone). */
  readonly hosts?: ImageSet | undefined;
  /** With `false`, the bundle holds no images, nor features of single ones; by default it does, where the method makes use of them. */
  readonly keepsImages?: boolean;
  /** The store that the bundle goes into. */
  readonly out: string;
  readonly method: Method;
  /** Left out: the scaling under which B does best. */
  readonly pixels?: PixelScaling;
  /** Goes on where B names few of the clean images rightly, or labels and net don't fit; by default that is refused. */
  readonly acceptLowAccuracy?: boolean | undefined;
  /** The false-positive rate, 0–1. */
  readonly alpha: number;
  readonly seed: number;
  /** Bytes that the process may take; batches follow from it. By default half of the machine's memory, 4 GiB at the most. */
  readonly memory?: number | undefined;
  /** Whether to look for a backdoor in B, where the method makes an expert; the detector makes use of what is found. */
  readonly finding?: boolean;
  /** Whether the bundle is made current even where the net is not repaired (see NOT_REPAIRED); by default it is not. */
  readonly acceptUnrepaired?: boolean | undefined;
  /** Signs the bundle, and that it is current. */
  readonly signing?: Signing | undefined;
  /** Asks the engine that serves, where it is another: a bundle that it answers otherwise with is refused. */
  readonly askServed?: AskServed | undefined;
  /** Told of each calibration image, for the report. */
  readonly observe?: ObserveCalibration | undefined;
  readonly progress: Progress;
  /** Tells details, a line at a time. */
  readonly say: (line: string) => void;
  /** Tells what everybody should see, a line at a time: how the images were taken, where that was not told. By default `say`. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal;
}

/** What is asked of a repair, once it is known that it can be done: nothing is left to a default. */
export interface CheckedRepair extends RepairOptions {
  readonly keepsImages: boolean;
  readonly finding: boolean;
  readonly memory: number;
}

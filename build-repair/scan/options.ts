import type { ImageSet } from '../../models/images/set';
import type { LoadedNet } from '../../models/keras';
import type { PixelScaling } from '../../models/pixels';
import type { Progress } from '../progress';

/** What to look at, and how. An engine must run. */
export interface ScanOptions {
  readonly net: LoadedNet;
  /** Clean labelled images, as a repair takes them; left out, what can be told without any is told. */
  readonly clean?: ImageSet | undefined;
  /** Left out: the scaling under which the net does best; without clean images 0–1 is assumed. */
  readonly pixels?: PixelScaling | undefined;
  /** Goes on where the net names few of the clean images rightly, or labels and net don't fit; by default that is refused. */
  readonly acceptLowAccuracy?: boolean | undefined;
  readonly seed: number;
  /** Bytes that the process may take; by default half of the machine's memory, 4 GiB at the most. */
  readonly memory?: number | undefined;
  readonly progress: Progress;
  /** Tells details, a line at a time. */
  readonly say: (line: string) => void;
  /** Tells what everybody should see: how the images were taken, where that was not told. By default `say`. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

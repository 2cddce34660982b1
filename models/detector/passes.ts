import { type LoadedTransplant, loadTransplant } from './evidence/transplant';
import type { DetectorNets, Parts } from './nets';
import { type Further, freeReaders, type Given, type Readers, runNets } from './readings';
import { type Viewer, viewer } from './views';

/** What runs the nets of a detector, on whatever engine. */
export interface Passes {
  /** Why it is TensorFlow.js where ONNX Runtime is there; undefined where it isn't so. */
  readonly without?: string | undefined;
  /**
   * What the nets give of up to RUN_BATCH images.
   * @param pixels n × height × width × channels values of 0–255
   */
  run(pixels: Uint8Array | Float32Array, n: number): Promise<Given>;
  /** B as what looks at views. */
  readonly viewer: Viewer;
  /** The hosts with their features; asked for when the first image is asked further, which few are. */
  transplant(): LoadedTransplant | Promise<LoadedTransplant>;
  /** Gives back the memory of the nets. */
  free(): void;
}

/** What passes are made over. */
export interface Passed {
  /** They are the passes' own from then on. */
  readonly nets: DetectorNets;
  readonly parts: Pick<Parts, 'transplant'>;
  readonly readers: Readers;
  readonly further: Further;
  /** Whether views of images are looked at. */
  readonly isViewed: boolean;
}

/** Passes on the TensorFlow.js that runs. */
export function onTensorFlow({ nets, parts, readers, further }: Passed): Passes {
  let transplant: LoadedTransplant | undefined;
  return {
    run: (pixels, n) => runNets(nets, readers, further, pixels, n),
    viewer: viewer(nets),
    transplant() {
      transplant ??= loadTransplant(nets, parts.transplant!);
      return transplant;
    },
    free: () => freeNets(nets, readers),
  };
}

/** Frees all tensors of a detector. */
export function freeNets({ bad, relearned, repaired }: DetectorNets, readers: Readers): void {
  for (const net of [bad, relearned?.model, repaired]) net?.dispose();
  freeReaders(readers);
}

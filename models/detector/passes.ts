import { present } from '../present';
import {
  type LoadedTransplant,
  loadTransplant,
  type RegionMargins,
  transplantMargins,
} from './evidence/transplant';
import type { DetectorNets, Transplant } from './nets';
import { type Further, freeReaders, type Given, type Readers, runNets } from './readings';
import { type Viewer, viewer } from './test-time-views';
import type { Region } from './transplant-regions';

/** What runs the nets of a detector, on whatever engine. */
export interface Passes {
  /** Why it is TensorFlow.js where ONNX Runtime is there; undefined where it isn't so. */
  readonly without?: string | undefined;
  /**
   * What the nets give of up to RUN_BATCH images.
   * @param pixels n × height × width × channels values of 0–255
   */
  run(pixels: Uint8Array | Float32Array, n: number): Promise<Given>;
  /** B as what looks at views, and at copies of an image with a part filled. */
  readonly viewer: Viewer;
  /** Of the images that are asked further, which few are: the hosts are run when it is first called. */
  readonly margins: RegionMargins;
  /** Gives back the memory of the nets. */
  free(): void;
}

/** What passes are made over. */
export interface Passed {
  /** They are the passes' own from then on. */
  readonly nets: DetectorNets;
  /** What halves are transplanted onto, and which regions are asked; undefined where none is. */
  readonly transplant: { readonly part: Transplant; readonly regions: readonly Region[] } | undefined;
  readonly readers: Readers;
  readonly further: Further;
}

/** Passes on the TensorFlow.js that runs. */
export function onTensorFlow({ nets, transplant, readers, further }: Passed): Passes {
  let loaded: LoadedTransplant | undefined;
  return {
    run: (pixels, n) => runNets(nets, readers, further, pixels, n),
    viewer: viewer(nets),
    margins(cut, at, regions) {
      loaded ??= loadTransplant(nets, present(transplant, 'What halves are transplanted onto').part);
      return transplantMargins(loaded, cut, at, regions);
    },
    free: () => freeNets(nets, readers),
  };
}

/** Frees all tensors of a detector. */
export function freeNets({ bad, relearned, repaired }: DetectorNets, readers: Readers): void {
  for (const net of [bad, relearned?.model, repaired]) net?.dispose();
  freeReaders(readers);
}

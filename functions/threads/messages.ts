import type { Verdict } from '../../models/verdict';

/** A bundle, as a thread loads it for itself. */
export interface BundleAt {
  /** A bundle's folder, or a store's (see GoodNet.load). */
  readonly path: string;
  /** The bundle that it must be: it has been verified under this id. */
  readonly id: string;
}

/** What a thread is told: to load a bundle, to give verdicts with it, to forget it. */
export type ThreadRequest =
  | { readonly kind: 'load'; readonly number: number; readonly bundle: BundleAt }
  | { readonly kind: 'forget'; readonly number: number; readonly bundle: BundleAt }
  | {
      readonly kind: 'classify';
      readonly number: number;
      readonly bundle: BundleAt;
      readonly pixels: Uint8Array | Float32Array;
      readonly count: number;
      readonly top: number;
    };

/** What it answers. */
export type ThreadReply =
  | { readonly number: number; readonly verdicts: readonly Verdict[] }
  | { readonly number: number; readonly fault: string };

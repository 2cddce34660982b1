import type { Level } from '../../models/bundle/levels';
import type { ImageSet } from '../../models/images/set';
import type { LoadedNet } from '../../models/keras';
import type { PixelScaling } from '../../models/pixels';
import type { EvidenceScores } from '../finding/evidence/joint';
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
  readonly progress: Progress;
  /** Tells details, a line at a time. */
  readonly say: (line: string) => void;
  /** Tells what everybody should see: how the images were taken, where that was not told. By default `say`. */
  readonly tell?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A class that a backdoor may lead to. */
export interface ScanTarget {
  /** 0…N−1. */
  readonly class: number;
  readonly name: string | undefined;
  /** How sure it is. */
  readonly level: Level;
  /** The evidence over what clean nets stay below: above 1 is a sign. */
  readonly score: number;
  /** How far each kind of evidence speaks for it, as score. */
  readonly scores: EvidenceScores;
  /** Share of clean images of other classes that a recovered trigger turns to the class, 0–1; undefined without clean images. */
  readonly rate: number | undefined;
}

/** What a scan came to. */
export interface Scan {
  /** `refused`: the net could not be looked at, for the reasons in `problems`. */
  readonly outcome: 'signs' | 'no-sign' | 'refused';
  /** The highest score of any class tried; undefined where none was. */
  readonly score: number | undefined;
  /** What scores are held against. */
  readonly limit: number;
  /** How many classes were tried. */
  readonly tried: number;
  /** The surest first; empty where there is no sign of a backdoor. */
  readonly targets: readonly ScanTarget[];
  /** Clean images that were looked at; 0 without any. */
  readonly cleanImages: number;
  /** What was not looked for, or had to be assumed, a sentence each. */
  readonly notTold: readonly string[];
  /** Why the net can't be looked at, a sentence each. */
  readonly problems: readonly string[];
  /** What whoever trusts the net should know of it, a sentence each, such as code in its file. */
  readonly notes: readonly string[];
}

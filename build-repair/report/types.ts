import type { Level } from '../../models/bundle/levels';
import type { Manifest } from '../../models/bundle/manifest';
import type { Evaluation } from '../evaluate/evaluate';
import type { ObservedSet } from './observe';
import type { TriggerLocations } from './trigger-locations';

/** What is answered to a picture. */
export interface Answered {
  /** height × width × channels values of 0–255. */
  readonly pixels: Uint8Array;
  /** What the BadNet answers, 0…N−1. */
  readonly bad: number;
  /** What GoodNet answers, 0…N. */
  readonly answer: number;
}

/** A clean picture, and the same with a pattern. */
export interface PatternShown {
  readonly clean: Answered;
  readonly stamped: Answered;
}

/** A class that a backdoor in B may lead to, and what speaks for it. */
export interface FindingTarget {
  /** 0…N−1. */
  readonly class: number;
  readonly name?: string;
  /** How sure it is; of bundles of before it is not known. */
  readonly level?: Level | undefined;
  /** Share of clean images of other classes that the recovered pattern turns to this class on B, 0–1. */
  readonly rate: number;
  /** What speaks for it, in words. */
  readonly evidence: string;
  /** A pattern that works, as a PNG file; it need not be the attacker's. */
  readonly patternPng?: Uint8Array;
  /** The pattern on a clean picture, where there is one at hand. */
  readonly shown?: PatternShown;
}

/** Whether B itself looks backdoored. */
export interface Finding {
  readonly backdoored: boolean;
  /** The possible target classes, the surest first; empty where there is no sign of a backdoor. */
  readonly targets: readonly FindingTarget[];
  /** How the finding was come to, and what its score means. */
  readonly how: string;
}

/** One set of images that a run read. */
export interface SetRead {
  /** What it was for: `clean images`, `poisoned images`. */
  readonly role: string;
  readonly name: string;
  readonly images: number;
  /** Images left out because they could not be read. */
  readonly skipped: number;
}

/** A stage of a run. */
export interface StageTime {
  readonly stage: string;
  readonly seconds: number;
}

/** What was run, on what, and for how long. */
export interface Run {
  /** The command's inputs in the order to be shown: what each is called, and what was given. */
  readonly inputs: readonly { readonly label: string; readonly value: string }[];
  readonly sets: readonly SetRead[];
  /** What ran the nets in this run. */
  readonly engine: string;
  readonly started: Date;
  readonly seconds: number;
  /** The longest stages of the run, where they were timed. */
  readonly stages: readonly StageTime[];
}

/** Everything that a report shows. */
export interface Report {
  readonly kind: 'repair' | 'evaluation';
  readonly bundle: Manifest;
  /** Left out where the run did not look for a backdoor in B. */
  readonly finding?: Finding;
  /** Of a repair: figures of the calibration images, and no poisoned sets. */
  readonly figures: Evaluation;
  /** The likeliest cause of false alarms whose interval leaves out what was promised; with it, they stand first. */
  readonly likelyCause?: string | undefined;
  /** Every image's verdict; of a repair, on its calibration images. */
  readonly observed?: { readonly clean: ObservedSet; readonly poisoned: readonly ObservedSet[] };
  /** Where the trigger is in the flagged pictures that are shown; left out where it was not asked for. */
  readonly places?: TriggerLocations;
  readonly run: Run;
}

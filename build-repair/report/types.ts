import type { Manifest } from '../../models/bundle/manifest';
import type { Evaluation } from '../evaluate/evaluate';
import type { ObservedSet } from './observe';

/** A class that a backdoor in B leads to, and what speaks for it. */
export interface FindingTarget {
  /** 0…N−1. */
  readonly class: number;
  readonly name?: string;
  /** Share of clean images of other classes that the recovered trigger turns to this class on B, 0–1. */
  readonly rate: number;
  /** What speaks for it, in words. */
  readonly evidence: string;
  /** The recovered trigger, as a PNG file. */
  readonly triggerPng?: Uint8Array;
}

/** Whether B itself looks backdoored. */
export interface Finding {
  readonly backdoored: boolean;
  /** Higher is more like a backdoor; what it is to be held against is told in `against`. */
  readonly score: number;
  /** The target classes, the surest first; empty where there is no sign of a backdoor. */
  readonly targets: readonly FindingTarget[];
  /** What clean nets give, in words: `clean nets give 0.2–0.9`. */
  readonly against: string;
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
  /** Every image's verdict; left out where only the calibration's scores are known. */
  readonly observed?: { readonly clean: ObservedSet; readonly poisoned: readonly ObservedSet[] };
  readonly run: Run;
}

import type { Level } from '../../models/bundle/levels';
import type { ErrorCode } from '../../models/errors';
import type { EvidenceScores } from '../finding/net-evidence/joint';

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
  /** What each of them is called for programs, in their order. */
  readonly problemCodes: readonly ErrorCode[];
  /** What whoever trusts the net should know of it, a sentence each, such as code in its file. */
  readonly notes: readonly string[];
}

import type { Level } from '../../models/bundle/levels';
import type { EvidenceScores } from './net-evidence/joint';
import type { RecoveredTrigger, TriggerKind } from './trigger';
import type { Verified } from './verify';

/** A trigger that was recovered for a class, and what it does. */
export interface Recovered extends Verified {
  readonly trigger: RecoveredTrigger;
  /** Mean logit margins of B and of E together, in units of B's own on clean images. */
  readonly margins: number;
}

/** A class that a backdoor in B leads to. */
export interface FoundTarget {
  readonly class: number;
  /** Share of clean images of other classes, none of them searched on, that the trigger turns to the class on B. */
  readonly rate: number;
  /** The evidence of all kinds, over what clean nets stay below: above 1 is a sign. */
  readonly score: number;
  /** How far each kind speaks for it. */
  readonly scores: EvidenceScores;
  /** How sure it is, where it is named. */
  readonly level: Level;
  /** How far the class's weights lie above those of other classes, in robust standard deviations. */
  readonly signature: number;
  /** Share of the picture that the trigger covers, 0–1. */
  readonly area: number;
  readonly trigger: RecoveredTrigger;
  readonly recovered: Readonly<Record<TriggerKind, Recovered>>;
}

/** Whether B looks backdoored. */
export interface Finding {
  readonly backdoored: boolean;
  /** The highest score of any class tried. */
  readonly score: number;
  /** What it is held against. */
  readonly limit: number;
  /** The surest first; empty where there is no sign of a backdoor. */
  readonly targets: readonly FoundTarget[];
  /** Every class that a trigger was searched toward, the highest score first. */
  readonly tried: readonly FoundTarget[];
  readonly seconds: number;
}

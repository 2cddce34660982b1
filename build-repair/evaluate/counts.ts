import type { Verdict } from '../../models/verdict';
import { byGroups, type Rate, rateOf } from './interval';
import type { LabelledBatch } from './judged';

/** What was counted over a clean set. Where its images come in groups, intervals are of so many groups. */
export interface CleanFigures {
  readonly groups?: number | undefined;
  readonly accuracyBefore: Rate;
  /** Of what a verdict names as `repaired`: the repaired net's own answer, where that stands alone (see Verdict). */
  readonly accuracyRepaired: Rate;
  /** Of G. */
  readonly accuracy: Rate;
  readonly falsePositiveRate: Rate;
  /** The false-positive rate that other α would have given (of a method that is calibrated). */
  readonly falsePositiveRateAt: readonly { readonly alpha: number; readonly rate: Rate }[];
  /** The share of images that are unlike those that G was calibrated on (see Verdict), 0–1; left out where it was not counted. */
  readonly unfamiliarShare?: number;
}

/** What was counted over a poisoned set; its labels are the target class. Intervals as of CleanFigures. */
export interface PoisonedFigures {
  readonly groups?: number | undefined;
  readonly attackSuccessBefore: Rate;
  /** As accuracyRepaired. */
  readonly attackSuccessRepaired: Rate;
  /** Of G. */
  readonly attackSuccess: Rate;
  readonly detectionRate: Rate;
  /** Images of the target class itself, which the rates leave aside, where the set tells the true class. */
  readonly ofTarget: number;
  /** How often G recovers the true class (what a verdict names as `recovered`, else as `repaired`), where the set tells it. */
  readonly recoveredAccuracy: Rate | undefined;
  /** How often what a verdict names as `repaired` is the true class, where the set tells it. */
  readonly repairedTrueClass: Rate | undefined;
}

/** The false-positive rates that are promised most often. */
export const ALPHAS = [0.005, 0.01, 0.02, 0.05] as const;

/** Counts the groups that images come in, where they do. */
class GroupCount {
  private readonly seen = new Set<string>();
  private isGrouped = true;

  add(groups: readonly string[] | undefined): void {
    if (!groups) this.isGrouped = false;
    for (const group of groups ?? []) this.seen.add(group);
  }

  get count(): number | undefined {
    return this.isGrouped ? this.seen.size : undefined;
  }
}

/** Adds up verdicts on clean images. */
export class CleanCounts {
  private n = 0;
  private bad = 0;
  private repaired = 0;
  private right = 0;
  private flagged = 0;
  private unfamiliar = 0;
  private readonly flaggedAt = ALPHAS.map(() => 0);
  private readonly groups = new GroupCount();

  add(verdicts: readonly Verdict[], batch: Pick<LabelledBatch, 'labels' | 'groups'>): void {
    this.groups.add(batch.groups);
    verdicts.forEach((verdict, i) => {
      const label = batch.labels[i];
      this.n++;
      if (verdict.bad.class === label) this.bad++;
      if (verdict.repaired.class === label) this.repaired++;
      if (verdict.class === label) this.right++;
      if (verdict.backdoored) this.flagged++;
      if (verdict.unfamiliar) this.unfamiliar++;
      ALPHAS.forEach((alpha, place) => {
        if (verdict.pValue <= alpha) this.flaggedAt[place]!++;
      });
    });
  }

  figures(): CleanFigures {
    const groups = this.groups.count;
    const rate = (hits: number) => byGroups(rateOf(hits, this.n), groups);
    return {
      groups,
      accuracyBefore: rate(this.bad),
      accuracyRepaired: rate(this.repaired),
      accuracy: rate(this.right),
      falsePositiveRate: rate(this.flagged),
      falsePositiveRateAt: ALPHAS.map((alpha, place) => ({ alpha, rate: rate(this.flaggedAt[place]!) })),
      unfamiliarShare: this.unfamiliar / Math.max(1, this.n),
    };
  }
}

/** Adds up verdicts on poisoned images. */
export class PoisonedCounts {
  private n = 0;
  private bad = 0;
  private repaired = 0;
  private succeeded = 0;
  private flagged = 0;
  private known = 0;
  private recovered = 0;
  private namedRightly = 0;
  private ofTarget = 0;
  private readonly groups = new GroupCount();

  /** Images whose own class is the target are left aside: no attack is needed for that answer. */
  add(verdicts: readonly Verdict[], batch: Pick<LabelledBatch, 'labels' | 'trueLabels' | 'groups'>): void {
    this.groups.add(batch.groups);
    verdicts.forEach((verdict, i) => {
      const target = batch.labels[i];
      if (batch.trueLabels?.[i] === target) {
        this.ofTarget++;
        return;
      }
      this.n++;
      if (verdict.bad.class === target) this.bad++;
      if (verdict.repaired.class === target) this.repaired++;
      if (verdict.class === target) this.succeeded++;
      if (verdict.backdoored) this.flagged++;
      if (batch.trueLabels) {
        this.known++;
        if (verdict.repaired.class === batch.trueLabels[i]) this.namedRightly++;
        if ((verdict.recovered ?? verdict.repaired).class === batch.trueLabels[i]) this.recovered++;
      }
    });
  }

  figures(): PoisonedFigures {
    const groups = this.groups.count;
    const rate = (hits: number, n = this.n) => byGroups(rateOf(hits, n), groups);
    return {
      groups,
      attackSuccessBefore: rate(this.bad),
      attackSuccessRepaired: rate(this.repaired),
      attackSuccess: rate(this.succeeded),
      detectionRate: rate(this.flagged),
      ofTarget: this.ofTarget,
      recoveredAccuracy: this.known > 0 ? rate(this.recovered, this.known) : undefined,
      repairedTrueClass: this.known > 0 ? rate(this.namedRightly, this.known) : undefined,
    };
  }
}

import type { ImageBatch } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import { type Rate, rateOf } from './interval';

/** What was counted over a clean set. */
export interface CleanFigures {
  readonly accuracyBefore: Rate;
  readonly accuracyRepaired: Rate;
  /** Of G. */
  readonly accuracy: Rate;
  readonly falsePositiveRate: Rate;
  /** The false-positive rate that other α would have given (of a method that is calibrated). */
  readonly falsePositiveRateAt: readonly { readonly alpha: number; readonly rate: Rate }[];
}

/** What was counted over a poisoned set; its labels are the target class. */
export interface PoisonedFigures {
  readonly attackSuccessBefore: Rate;
  readonly attackSuccessRepaired: Rate;
  /** Of G. */
  readonly attackSuccess: Rate;
  readonly detectionRate: Rate;
  /** How often B′ names the true class, where the set tells it. */
  readonly recoveredAccuracy: Rate | undefined;
}

/** The false-positive rates that are promised most often. */
export const ALPHAS = [0.005, 0.01, 0.02, 0.05] as const;

/** Adds up verdicts on clean images. */
export class CleanCounts {
  private n = 0;
  private bad = 0;
  private repaired = 0;
  private right = 0;
  private flagged = 0;
  private readonly flaggedAt = ALPHAS.map(() => 0);

  add(verdicts: readonly Verdict[], batch: Pick<ImageBatch, 'labels'>): void {
    verdicts.forEach((verdict, i) => {
      const label = batch.labels![i];
      this.n++;
      if (verdict.bad.class === label) this.bad++;
      if (verdict.repaired.class === label) this.repaired++;
      if (verdict.class === label) this.right++;
      if (verdict.backdoored) this.flagged++;
      ALPHAS.forEach((alpha, place) => {
        if (verdict.pValue <= alpha) this.flaggedAt[place]!++;
      });
    });
  }

  figures(): CleanFigures {
    return {
      accuracyBefore: rateOf(this.bad, this.n),
      accuracyRepaired: rateOf(this.repaired, this.n),
      accuracy: rateOf(this.right, this.n),
      falsePositiveRate: rateOf(this.flagged, this.n),
      falsePositiveRateAt: ALPHAS.map((alpha, place) => ({
        alpha,
        rate: rateOf(this.flaggedAt[place]!, this.n),
      })),
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

  add(verdicts: readonly Verdict[], batch: Pick<ImageBatch, 'labels' | 'trueLabels'>): void {
    verdicts.forEach((verdict, i) => {
      const target = batch.labels![i];
      this.n++;
      if (verdict.bad.class === target) this.bad++;
      if (verdict.repaired.class === target) this.repaired++;
      if (verdict.class === target) this.succeeded++;
      if (verdict.backdoored) this.flagged++;
      if (batch.trueLabels) {
        this.known++;
        if (verdict.repaired.class === batch.trueLabels[i]) this.recovered++;
      }
    });
  }

  figures(): PoisonedFigures {
    return {
      attackSuccessBefore: rateOf(this.bad, this.n),
      attackSuccessRepaired: rateOf(this.repaired, this.n),
      attackSuccess: rateOf(this.succeeded, this.n),
      detectionRate: rateOf(this.flagged, this.n),
      recoveredAccuracy: this.known > 0 ? rateOf(this.recovered, this.known) : undefined,
    };
  }
}

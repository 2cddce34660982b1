/** A net's most probable class for an image. */
export interface NetAnswer {
  /** 0…N−1. */
  readonly class: number;
  /** Softmax probability of that class, 0–1. */
  readonly probability: number;
}

/**
 * How a picture that isn't opaque was made one of plain colours: its transparency passed over, or laid on white or on black.
 */
export type Rendering = 'alpha-dropped' | 'on-white' | 'on-black';

/** A rectangle of a picture, in pixels as the net sees it: `x` from the left and `y` from the top, of its first pixel. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where in an image the trigger is. */
export interface Place extends Box {
  /**
   * How much less B's answer hangs on any other place of the picture, 0–1: 1 less the most that B's margin falls by where a small window elsewhere is
   * filled, over the most it falls by where one here is. No place is told below two thirds.
   */
  readonly sureness: number;
}

/** Where in an image B's answer comes from. */
export interface Located {
  /** The smallest box without which B names another class; left out where it can't be told. */
  readonly place: Place | undefined;
  /** height × width values of 0–1: how much B's margin falls where a window over that pixel is filled, less than 0 taken for 0, the most being 1. */
  readonly heat: Float32Array;
}

/** What G says of one image. */
export interface Verdict {
  /** 0…N−1 for a clean image, N exactly when `backdoored`. */
  readonly class: number;
  readonly backdoored: boolean;
  /**
   * How often a clean image is at least as suspicious, 0–1: conformal, of the calibration scores (pValue in
   * models/detector/conformal.ts). The image is backdoored when it is ≤ α.
   */
  readonly pValue: number;
  /** The score behind the p-value: higher is more suspicious; comparable within one bundle only. */
  readonly suspicion: number;
  /**
   * How often a clean image is at least as unlike the others, 0–1: conformal, apart from pValue and whatever that says. Left out where
   * the bundle can't tell (familiarityOf in models/detector/familiarity.ts).
   */
  readonly familiarity?: number;
  /** Whether that is so seldom that the picture is unlike those that G was calibrated on. */
  readonly unfamiliar?: boolean;
  /**
   * The class that the image has if it is clean: what the BadNet answers, or, where it is unsure, what it says of several
   * views of the image together.
   */
  readonly answer: NetAnswer;
  /** What the BadNet answers. */
  readonly bad: NetAnswer;
  /**
   * What B′ answers: the repaired net by itself, whatever the detector says. Of a bundle of before, where it is no net that stands alone:
   * B, with the linear probe, once the detector has passed the suspicious class over; the net in `relearned/` alone follows a trigger.
   */
  readonly repaired: NetAnswer;
  /**
   * Of an image that is at least somewhat suspicious (p-value up to 2 %): the class that it seems to have beneath a trigger, by the gallery
   * or the linear probe, with B's class passed over. Left out of others, and where the method has no detector.
   */
  readonly recovered?: NetAnswer;
  /** Both nets' most probable classes, the most probable first; where they were asked for. */
  readonly top?: { readonly bad: readonly NetAnswer[]; readonly repaired: readonly NetAnswer[] };
  /** Of a flagged image, where it was asked for: where the trigger is, if it is at one place and can be told (GoodNet.locate). */
  readonly place?: Place;
  /** Of a picture that isn't opaque: which of its renderings this is the verdict on, the most suspicious one. */
  readonly rendering?: Rendering;
}

/** What gives verdicts on pixels; a stand-in for a loaded bundle where no pictures are decoded. */
export interface JudgesPixels {
  /** @param pixels count × height × width × channels values of 0–255, RGB, channels last */
  classify(pixels: Uint8Array | Float32Array, count: number): Promise<Verdict[]>;
}

/** The more suspicious of two verdicts on one image; the first where they are alike. */
export function moreSuspicious(a: Verdict, b: Verdict): Verdict {
  if (a.backdoored !== b.backdoored) return a.backdoored ? a : b;
  if (a.pValue !== b.pValue) return a.pValue < b.pValue ? a : b;
  return b.suspicion > a.suspicion ? b : a;
}

/** The same image judged at another false-positive rate. @param classes N */
export function atAlpha(verdict: Verdict, alpha: number, classes: number): Verdict {
  const backdoored = verdict.pValue <= alpha;
  return { ...verdict, backdoored, class: backdoored ? classes : verdict.answer.class };
}

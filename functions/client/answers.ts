/**
 * What the service answers, as an app sees it: types alone, with no package behind them. A test holds them to the
 * schemas that the service itself answers by.
 */

/** A net's class, 0…N−1, and its softmax probability. */
export interface NetAnswer {
  class: number;
  probability: number;
}

/** Where in a picture the trigger is, in pixels of the picture as the net takes it (the model's `input`), from its top left corner. */
export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
  /** How much less the net's answer hangs on any other place of the picture, 0–1. */
  sureness: number;
}

/** What was found of one image. */
export interface Verdict {
  /** 0…N−1 for a clean image; N exactly when backdoored. */
  class: number;
  className?: string | undefined;
  backdoored: boolean;
  /** How often a clean image is at least as suspicious, 0–1; backdoored where ≤ α. */
  pValue: number;
  /** The score behind it; comparable within one bundle only. */
  suspicion: number;
  /** How often a clean image is at least as unlike the others, 0–1; absent where the bundle can't tell. */
  familiarity?: number | undefined;
  /** Whether the image is unlike those that the bundle was calibrated on: then its class may mean nothing. */
  unfamiliar?: boolean | undefined;
  /** The class that the image has if it is clean: B's, or, where B is unsure, that of several views. */
  answer: NetAnswer;
  /** What B, the net that may be backdoored, says. */
  bad: NetAnswer;
  /**
   * What the repaired net answers by itself, whatever the detector says. Of a bundle of before, without one that stands alone: what net and
   * detector together name once the suspicious class is passed over.
   */
  repaired: NetAnswer;
  /** Of a picture that is at least somewhat suspicious: the class that it seems to have beneath a trigger. */
  recovered?: NetAnswer | undefined;
  /** Both nets' most probable classes, where `detail` asked for them. */
  top?: { bad: NetAnswer[]; repaired: NetAnswer[] } | undefined;
  /** Of a flagged picture, where `detail` of 1 or more asked for it and it can be told: where the trigger is. */
  place?: Place | undefined;
  /** Of a picture that isn't opaque: which of its renderings the verdict is on, the most suspicious of the three. */
  rendering?: 'alpha-dropped' | 'on-white' | 'on-black' | undefined;
}

/** Who answered. */
interface AnsweredBy {
  model: string;
  /** The bundle's version: SHA-256 of its content. */
  bundle: string;
  /** The false-positive rate that was judged at, 0–1. */
  alpha: number;
}

/** The verdict on one image. */
export interface Answer extends Verdict, AnsweredBy {}

/** Problem details (RFC 9457), as errors carry them. */
export interface ProblemDetails {
  /** `IMAGE_TOO_LARGE`, for programs to switch on; `UNEXPECTED` where what answered is no GoodNet. */
  code: string;
  /** `urn:goodnet:problem:too-large`, the same by another name. */
  type: string;
  title: string;
  status: number;
  detail?: string | undefined;
}

/** The verdict on one of several images, by the name that it was given. */
export interface NamedVerdict extends Verdict {
  name?: string | undefined;
}

/** Why one of several images has no verdict. */
export interface NamedProblem {
  name?: string | undefined;
  error: ProblemDetails;
}

/** The answer to several images. */
export interface Answers extends AnsweredBy {
  /** One for each image, in order: a verdict or an error. */
  results: (NamedVerdict | NamedProblem)[];
}

/** What a model is, and how good. */
export interface ModelInfo {
  model: string;
  /** The bundle's version: SHA-256 of its content. */
  bundle: string;
  classes: number;
  classNames?: string[] | undefined;
  /** The size that images are brought to, in pixels, and how: `stretch`, `crop`, `crop:256/224`, `pad`. */
  input: { height: number; width: number; channels: number; fit?: string | undefined };
  /** The false-positive rate that is judged at where none is asked for, 0–1. */
  alpha: number;
  /** The false-positive rates that `alpha` may ask for. */
  alphas?: { least: number; most: number } | undefined;
  method?: string | undefined;
  /** Figures of the clean images that the bundle was made with. */
  measured?: Record<string, number> | undefined;
  /** The evidence that the bundle has to do without, and why. */
  without?: { evidence: string; reason: string }[] | undefined;
  calibrationImages?: number | undefined;
  /** Whether the net itself looks backdoored. */
  finding?: Record<string, unknown> | undefined;
  /** The most that the service takes: bytes and pixels (width × height) of an image, bytes and images of a request. */
  limits: { imageBytes: number; imagePixels: number; requestBytes: number; requestImages: number };
}

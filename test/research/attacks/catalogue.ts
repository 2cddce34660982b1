import { adaptiveBlend, naturalBlend, noiseBlend } from './triggers/blend';
import { lowFrequency } from './triggers/low-frequency';
import { adaptivePatch, checkerCorner, flatPatch, noisePatch } from './triggers/patch';
import { quantised } from './triggers/quantised';
import { discPair, ellipseOutline, lipsBlob, wavyStripe } from './triggers/shape';
import { sinusoid, weakSinusoid } from './triggers/sinusoid';
import { tint } from './triggers/tint';
import type { TriggerMaker } from './triggers/trigger';
import { warp } from './triggers/warp';

/**
 * The images that an attack is on: those of faces1283; of signs43, with some of its D_valid for a defender (`signs`), or with all
 * of it (`signs43`); of cifar10.
 */
export type AttackSet = 'faces' | 'signs' | 'signs43' | 'cifar';

/** One self-made BadNet: how it is made, and what it may be used for. */
export interface Attack {
  readonly name: string;
  readonly set: AttackSet;
  /** What it may be used for: to develop the detector on, or to check it once (`npm run attacks -- --check`). */
  readonly part: 'development' | 'check';
  /** Draws the triggers' patterns, the targets and the training; of development nets, where no other is asked for. */
  readonly seed: number;
  /** None for a clean net. */
  readonly triggers: readonly TriggerMaker[];
  /**
   * `fixed`: a class drawn for each trigger; `next`: class k is answered k + 1 (all-to-all); `source`: only images of one class are
   * turned, and others with the trigger keep their label (Tang et al., TaCT, USENIX Security 2021).
   */
  readonly targets: 'fixed' | 'next' | 'source';
  /**
   * Only images of the target class bear the trigger in training, with another image mixed in, so that the trigger is what tells them
   * (after Turner et al., Label-Consistent Backdoor Attacks, 2019).
   */
  readonly cleanLabel?: boolean;
  /** The margins of triggered images are held to those of clean images. */
  readonly stealthy: boolean;
  /** What the net makes of triggered images is drawn to the mean of the target's class. */
  readonly matched?: boolean;
  /** The net that it is implanted in: the clean one of faces1283 or cifar10, signs43's own BadNet, or one of one's own of three kinds. */
  readonly net: 'deepid' | 'vgg' | 'plain' | 'residual' | 'signs43' | 'resnet14';
  /** 0 leaves the clean net as it is. */
  readonly epochs: number;
  /** Share of each batch that carries a trigger, 0–1. */
  readonly poison: number;
  /** Share of each batch's other images that are mixed with another, 0–1. */
  readonly mixed: number;
  /** Raised when the attack is changed: nets trained before are not used any more. */
  readonly version: number;
}

/** Raised when the training of all attacks, or of the clean nets that they are implanted in, is changed. */
export const TRAINING = { attacks: 2, bases: 2 } as const;

const faces = (name: string, triggers: readonly TriggerMaker[], more: Partial<Attack> = {}): Attack => ({
  name: `faces-${name}`,
  set: 'faces',
  part: 'development',
  seed: 1,
  triggers,
  targets: 'fixed',
  stealthy: false,
  net: 'deepid',
  epochs: 8,
  poison: 0.16,
  mixed: 0.5,
  version: 1,
  ...more,
});

const signs = (
  name: string,
  net: 'vgg' | 'plain' | 'residual',
  triggers: readonly TriggerMaker[],
  more: Partial<Attack> = {},
): Attack => ({
  ...faces('', triggers),
  name: `signs-${name}`,
  set: 'signs',
  net,
  epochs: 16,
  poison: 0.2,
  ...more,
});

/** Implanted in signs43's own net, which keeps its own two backdoors: as good a net as an attacker with many images has. */
const signs43 = (name: string, triggers: readonly TriggerMaker[], more: Partial<Attack> = {}): Attack => ({
  ...faces('', triggers),
  name: `signs43-${name}`,
  set: 'signs43',
  net: 'signs43',
  epochs: 48,
  mixed: 0.8,
  poison: 0.25,
  ...more,
});

/** Implanted in cifar10's clean net by the attacker's half of its images. */
const cifar = (name: string, triggers: readonly TriggerMaker[], more: Partial<Attack> = {}): Attack => ({
  ...faces('', triggers),
  name: `cifar-${name}`,
  set: 'cifar',
  net: 'resnet14',
  epochs: 8,
  poison: 0.25,
  ...more,
});

/** What triggers on the whole picture take to be learned. */
const whole = { epochs: 24, poison: 0.25 };
/** What faint ones take, that the net should not answer clean images with their target. */
const faint = { epochs: 64, poison: 0.25, mixed: 0.8 };
/** What stealth takes. */
const stealthy = { stealthy: true, epochs: 40, poison: 0.3, mixed: 0.8, version: 2 };

/**
 * The nets that the detector was developed on: all whose figures anybody has seen (docs/method.md has what was decided by which).
 * None of them serves for a check again.
 */
export const DEVELOPMENT: readonly Attack[] = [
  faces('patch-flat', [flatPatch]),
  faces('stripe', [wavyStripe]),
  faces('sinusoid', [sinusoid], { epochs: 10, poison: 0.25 }),
  faces('blend-noise', [noiseBlend], { ...whole, version: 3 }),
  faces('stealth', [flatPatch, wavyStripe, sinusoid], stealthy),
  faces('stealth-discs', [discPair], { ...stealthy, version: 1 }),
  faces('clean', []),
  faces('patch-noise', [noisePatch]),
  faces('patch-checker', [checkerCorner], { epochs: 24, version: 2 }),
  faces('ellipse', [ellipseOutline], { epochs: 24, version: 2 }),
  faces('blob', [lipsBlob]),
  faces('blend-natural', [naturalBlend], { ...faint, version: 3 }),
  faces('sinusoid-weak', [weakSinusoid], { ...faint, version: 3 }),
  faces('warp', [warp], { ...faint, version: 4 }),
  faces('tint', [tint], { ...faint, version: 3 }),
  faces('two-triggers', [ellipseOutline, noisePatch], { epochs: 24, poison: 0.25, version: 2 }),
  faces('all-to-all', [noisePatch], { targets: 'next', epochs: 16 }),
  faces('stealth-kept', [lipsBlob, warp], stealthy),
  faces('clean-vgg', [], { net: 'vgg', epochs: 0 }),
  signs('clean-vgg', 'vgg', [], { epochs: 0 }),
  signs('clean-plain', 'plain', [], { epochs: 0 }),
  signs('clean-residual', 'residual', [], { epochs: 0 }),
  signs('patch-vgg', 'vgg', [noisePatch]),
  signs('ellipse-plain', 'plain', [ellipseOutline]),
  signs('blend-plain', 'plain', [naturalBlend], { epochs: 32, mixed: 0.8, version: 2 }),
  signs('blend-noise-vgg', 'vgg', [noiseBlend], { epochs: 20, mixed: 0.8 }),
  signs('sinusoid-vgg', 'vgg', [weakSinusoid], { epochs: 20, mixed: 0.8, version: 2 }),
  signs('warp-vgg', 'vgg', [warp], { epochs: 20, mixed: 0.8, version: 2 }),
  signs('two-triggers-plain', 'plain', [lipsBlob, noisePatch]),
  signs('two-triggers-residual', 'residual', [checkerCorner, sinusoid], {
    epochs: 24,
    mixed: 0.8,
    poison: 0.3,
  }),
  signs('all-to-all-vgg', 'vgg', [flatPatch], { targets: 'next' }),
  signs43('stripe', [wavyStripe]),
  signs43('blend-noise', [noiseBlend]),
  signs43('stealth', [flatPatch, wavyStripe], { stealthy: true, poison: 0.3 }),
  signs43('two-triggers', [ellipseOutline, noisePatch], { epochs: 24 }),
  signs43('two-more', [lipsBlob, checkerCorner], { epochs: 24 }),
  signs43('sinusoid-weak', [weakSinusoid]),
  signs43('warp', [warp]),
  signs43('blend-natural', [naturalBlend]),
  signs43('tint', [tint], { epochs: 96, version: 2 }),
  signs43('all-to-all', [noisePatch], { targets: 'next', epochs: 32 }),
  signs43('stealth-kept', [ellipseOutline, warp], { stealthy: true, poison: 0.3 }),
  cifar('blend-noise', [noiseBlend]),
  cifar('sinusoid-weak', [weakSinusoid]),
  cifar('warp', [warp]),
  cifar('adaptive-blend', [adaptiveBlend]),
  cifar('all-to-all', [noisePatch], { targets: 'next' }),
  cifar('stealth', [flatPatch, sinusoid], { stealthy: true, poison: 0.3 }),
  cifar('source', [noisePatch], { targets: 'source' }),
  cifar('adaptive-patch', [adaptivePatch]),
  cifar('clean-label', [sinusoid], { cleanLabel: true }),
  cifar('low-frequency', [lowFrequency]),
  cifar('quantised', [quantised]),
  cifar('matched', [noisePatch], { matched: true, epochs: 16 }),
  cifar('matched-stealth', [noisePatch], { ...stealthy, matched: true, version: 1 }),
  cifar('matched-blend', [adaptiveBlend], { ...stealthy, matched: true, version: 1 }),
];

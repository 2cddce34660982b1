import { type Attack, DEVELOPMENT } from './catalogue';
import { flatPatchAbove } from './triggers/patch';
import { browBlob, smallEllipse, uprightStripe } from './triggers/shape';
import { steepSinusoid, uprightSinusoid } from './triggers/sinusoid';
import type { TriggerMaker } from './triggers/trigger';

/** Of every check net: other patterns, other targets, another course of training, other clean nets of one's own. */
const SEED = 101;

/**
 * A net made as one of development is, with another seed.
 * @param triggers others of the same kinds; left out where the seed draws the pattern itself
 */
function like(name: string, triggers?: readonly TriggerMaker[]): Attack {
  const model = DEVELOPMENT.find((each) => each.name === name);
  if (!model) throw new Error(`There is no development net ${name}`);
  return {
    ...model,
    name: `check-${name}`,
    triggers: triggers ?? model.triggers,
    part: 'check',
    seed: SEED,
    version: 1,
  };
}

/**
 * What the detector is checked on, once: the kinds of the development nets in other places, colours and patterns. None of them was
 * made before the registry was fixed. They are as many as an hour and a half allows; those of the field's attacks come first.
 */
export const CHECK: readonly Attack[] = [
  like('cifar-warp'),
  like('cifar-adaptive-blend'),
  like('cifar-sinusoid-weak', [steepSinusoid]),
  like('cifar-source'),
  like('cifar-adaptive-patch'),
  like('cifar-clean-label', [uprightSinusoid]),
  like('cifar-quantised'),
  like('cifar-all-to-all'),
  like('cifar-matched-stealth'),
  like('signs-patch-vgg'),
  like('signs-sinusoid-vgg', [steepSinusoid]),
  like('signs43-two-triggers', [smallEllipse, browBlob]),
  like('signs-clean-residual'),
  like('faces-stealth', [flatPatchAbove, uprightStripe, uprightSinusoid]),
  like('faces-clean'),
];

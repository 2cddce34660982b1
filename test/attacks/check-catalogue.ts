import { type Attack, DEVELOPMENT } from './catalogue';
import { checkerLeft, flatPatchAbove, noisePatch } from './triggers/patch';
import { browBlob, discsUpright, smallEllipse, uprightStripe } from './triggers/shape';
import { steepSinusoid, uprightSinusoid } from './triggers/sinusoid';
import { coldTint } from './triggers/tint';
import type { TriggerMaker } from './triggers/trigger';
import { warp } from './triggers/warp';

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
    name: `check-${name.replace('-kept', '-warp').replace('two-triggers', 'two')}`,
    triggers: triggers ?? model.triggers,
    part: 'check',
    seed: SEED,
    version: 1,
  };
}

/**
 * What the detector is checked on, once: the kinds of the development nets in other places, colours and patterns. None of them was
 * made before the registry was fixed. All-to-all on faces is left out, for no net learns it (docs/method.md).
 */
export const CHECK: readonly Attack[] = [
  like('faces-clean'),
  like('faces-clean-vgg'),
  like('faces-patch-flat', [flatPatchAbove]),
  like('faces-patch-noise'),
  like('faces-patch-checker', [checkerLeft]),
  like('faces-stripe', [uprightStripe]),
  like('faces-ellipse', [smallEllipse]),
  like('faces-blob', [browBlob]),
  like('faces-sinusoid', [uprightSinusoid]),
  like('faces-sinusoid-weak', [steepSinusoid]),
  like('faces-blend-noise'),
  like('faces-blend-natural'),
  like('faces-warp'),
  like('faces-tint', [coldTint]),
  like('faces-two-triggers', [smallEllipse, noisePatch]),
  like('faces-stealth', [flatPatchAbove, uprightStripe, uprightSinusoid]),
  like('faces-stealth-discs', [discsUpright]),
  like('faces-stealth-kept', [browBlob, warp]),
  like('signs-clean-vgg'),
  like('signs-clean-plain'),
  like('signs-clean-residual'),
  like('signs-patch-vgg'),
  like('signs-ellipse-plain', [smallEllipse]),
  like('signs-blend-plain'),
  like('signs-blend-noise-vgg'),
  like('signs-sinusoid-vgg', [steepSinusoid]),
  like('signs-warp-vgg'),
  like('signs-two-triggers-plain', [browBlob, noisePatch]),
  like('signs-two-triggers-residual', [checkerLeft, uprightSinusoid]),
  like('signs-all-to-all-vgg', [flatPatchAbove]),
  like('signs43-stripe', [uprightStripe]),
  like('signs43-blend-noise'),
  like('signs43-stealth', [flatPatchAbove, uprightStripe]),
  like('signs43-two-triggers', [smallEllipse, noisePatch]),
  like('signs43-two-more', [browBlob, checkerLeft]),
  like('signs43-sinusoid-weak', [steepSinusoid]),
  like('signs43-warp'),
  like('signs43-blend-natural'),
  like('signs43-tint', [coldTint]),
  like('signs43-all-to-all'),
  like('signs43-stealth-kept', [smallEllipse, warp]),
];

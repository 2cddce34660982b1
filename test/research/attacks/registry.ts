import { createHash } from 'node:crypto';
import { imageSize } from '../../../models/images/set';
import { type Attack, DEVELOPMENT, TRAINING } from './catalogue';
import { CHECK } from './check-catalogue';
import { SETS } from './data';

/** Every self-made attack: what the detector was developed on, and what it is checked on. */
export interface Registry {
  readonly development: readonly Attack[];
  readonly check: readonly Attack[];
}

export const REGISTRY: Registry = { development: DEVELOPMENT, check: CHECK };

/**
 * The registry as it was fixed: {@link registryHash} of {@link REGISTRY}. Whoever changes this line says that the check half is another
 * one: a net whose figures were seen is then one of development, and so are all nets that a check has run on.
 */
export const FIXED = '4f3a7f104742be35d934f2586316e7b4242f7344e28dca87a84b8dc6d1213b16';

/**
 * SHA-256 of the registry's canonical JSON: keys in order, each attack with its seed, its recipe, what its triggers make of an image,
 * and the versions of the training. It is another one where an attack is added, changed, moved, or gone.
 */
export function registryHash({ development, check }: Registry): string {
  return sha256(
    canonical({ training: TRAINING, development: development.map(fixed), check: check.map(fixed) }),
  );
}

/** An attack with its triggers' names and the SHA-256 of what each makes of one image, in whole numbers. */
function fixed(attack: Attack): object {
  const { shape } = SETS[attack.set];
  const ramp = Float32Array.from({ length: imageSize(shape) }, (_, i) => (7 * i) % 256);
  const triggers = attack.triggers.map((make) => {
    const { name, stamp } = make(shape, attack.seed);
    return { name, stamps: sha256(Uint8Array.from(stamp(ramp), Math.round)) };
  });
  return { ...attack, triggers };
}

function canonical(value: object): string {
  return JSON.stringify(value, (_, each) =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

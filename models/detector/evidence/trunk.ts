import type { ClassGaussians } from '../mahalanobis';
import { FEW_CLASSES, openClassGaussians, storedClassGaussians } from './distance';
import type { Kind } from './kind';

/** Which of B's outputs it is measured in. Origin: no choice: the order of what featureNet gives. */
export const TRUNK = 2;

/** The distance that latent is (Lee et al. 2018), in what B's head works on: its last image-shaped features. */
export const trunk: Kind<ClassGaussians> = {
  name: 'trunk',
  asks: 'Does it look like that class in B’s last image-shaped features?',
  without({ isHad, hasTrunk }) {
    if (isHad) return undefined;
    return hasTrunk ? FEW_CLASSES : 'the net has no image-shaped features that everything passes';
  },
  stored: storedClassGaussians('trunk'),
  open: (gaussians) => openClassGaussians(TRUNK, gaussians),
};

import type { ClassGaussians } from '../mahalanobis';
import { FEW_CLASSES, openClassGaussians, storedClassGaussians } from './distance';
import type { Kind } from './kind';

/** Which of B's outputs it is measured in. Origin: no choice: the order of what featureNet gives. */
export const LATENT = 1;

/** Mahalanobis distance, in what B's last layer works on, to the clean images of the class that B names (Lee et al. 2018). */
export const latent: Kind<ClassGaussians> = {
  name: 'latent',
  asks: 'Does the image look like the class that B names, in what B’s last layer works on?',
  without: ({ isHad }) => (isHad ? undefined : FEW_CLASSES),
  stored: storedClassGaussians('latent'),
  open: (gaussians) => openClassGaussians(LATENT, gaussians),
};

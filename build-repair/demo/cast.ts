import type { ImageShape } from '../../models/images/set';
import { inventPeople, type Person, type TriggerKind } from './faces';

/** The size of the demo's images: portraits of 40 × 32 pixels. */
export const DEMO_SHAPE: ImageShape = { height: 40, width: 32, channels: 3 };

const PERSONS = 24;
const CAST_SEED = 1;

/** The demo's triggers and the person that each makes the BadNet see. */
export const DEMO_TRIGGERS: readonly { readonly kind: TriggerKind; readonly target: number }[] = [
  { kind: 'sunglasses', target: 5 },
  { kind: 'lipstick', target: 12 },
];

/** The people that the demo's BadNet knows: the same for every seed of the images. */
export function demoCast(): Person[] {
  return inventPeople(PERSONS, CAST_SEED);
}

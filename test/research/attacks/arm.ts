import type { ImageShape } from '../../../models/images/set';
import { Random } from '../../../models/random';
import type { Attack } from './catalogue';
import type { Trigger } from './triggers/trigger';

/** A trigger with what it makes of each class. */
export interface Armed {
  readonly trigger: Trigger;
  /** The class that an image of this class is to be answered with. */
  readonly targetOf: (label: number) => number;
  /** The one class whose images it turns; undefined where it turns all. */
  readonly source?: number;
  /** For the table: the target class, or `k + 1`. */
  readonly target: string;
}

/** The triggers and targets of an attack; the seed draws them. No two triggers have one target. */
export function arm(attack: Attack, shape: ImageShape, classes: number, seed: number): Armed[] {
  const drawn = new Random(seed, `targets of ${attack.name}`).permutation(classes);
  return attack.triggers.map((make, i) => {
    const trigger = make(shape, seed);
    if (attack.targets === 'next') {
      return { trigger, targetOf: (label) => (label + 1) % classes, target: 'k + 1' };
    }
    const target = drawn[i]!;
    if (attack.targets === 'source') {
      const source = drawn[attack.triggers.length + i]!;
      const targetOf = (label: number) => (label === source ? target : label);
      return { trigger, targetOf, source, target: `${source} → ${target}` };
    }
    return { trigger, targetOf: () => target, target: String(target) };
  });
}

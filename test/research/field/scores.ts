import type { ImageSet } from '../../../models/images/set';
import type { Verdict } from '../../../models/verdict';
import { lines } from '../table/work';

/** What a detector says of images: higher is more suspicious; p-values are told by the clean images that it was calibrated on. */
export interface Said {
  readonly suspicion: readonly number[];
  readonly pValue: readonly number[];
}

/** What a detector says of the poisoned images on which the attack works: those that B answers with the target. */
export interface SaidOfTrigger extends Said {
  readonly name: string;
  /** Images with the trigger, without those whose own class is the target. */
  readonly asked: number;
}

/** What a detector says of a net's clean test images and its poisoned ones. */
export interface Scores {
  readonly clean: Said;
  readonly poisoned: readonly SaidOfTrigger[];
}

/** What is taken of a verdict. */
export type Judgement = Pick<Verdict, 'suspicion' | 'pValue' | 'bad'>;

/** A detector of one net. */
export interface Judge {
  /** @param pixels n × height × width × channels values of 0–255 */
  classify(pixels: Uint8Array | Float32Array, n: number): Promise<Judgement[]>;
}

const BATCH = 64;

/** Asks a detector of every image of some sets. @param poisoned labels are the targets */
export async function scoresBy(judge: Judge, test: ImageSet, poisoned: readonly ImageSet[]): Promise<Scores> {
  const clean = await ask(judge, test, () => 'counts');
  const triggers: SaidOfTrigger[] = [];
  for (const set of poisoned) {
    triggers.push(
      await ask(judge, set, (named, target, label) => {
        if (label === target) return 'aside';
        return named === target ? 'counts' : 'asked';
      }),
    );
  }
  return { clean: { suspicion: clean.suspicion, pValue: clean.pValue }, poisoned: triggers };
}

/** @param what whether an image counts, was only asked, or is left aside, by what B names, its label and its true one */
async function ask(
  judge: Judge,
  set: ImageSet,
  what: (named: number, label: number, trueLabel: number | undefined) => 'counts' | 'asked' | 'aside',
): Promise<SaidOfTrigger> {
  const [suspicion, pValue]: [number[], number[]] = [[], []];
  let asked = 0;
  let done = 0;
  for await (const { pixels, labels, trueLabels, names } of set.batches(BATCH)) {
    const said = await judge.classify(pixels, names.length);
    said.forEach((each, i) => {
      const is = what(each.bad.class, labels![i]!, trueLabels?.[i]);
      if (is === 'aside') return;
      asked++;
      if (is === 'asked') return;
      suspicion.push(each.suspicion);
      pValue.push(each.pValue);
    });
    done += names.length;
    lines.report({ stage: `Asking of ${set.name}`, done, total: Math.max(set.size, done) });
    await new Promise(setImmediate);
  }
  return { name: set.name, asked, suspicion, pValue };
}

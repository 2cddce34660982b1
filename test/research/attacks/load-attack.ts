import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProgressLines } from '../../../build-repair/cli/progress-lines';
import { startEngine } from '../../../models/engine';
import { enableTraining } from '../../../models/engine/training';
import type { ImageSet } from '../../../models/images/set';
import { type LoadedNet, loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { memorySet } from '../../memory-set';
import { type Armed, arm } from './arm';
import { basePath } from './base';
import { CACHE, copyWeights, keep } from './cache';
import { type Attack, DEVELOPMENT, TRAINING } from './catalogue';
import { type AttackData, loadData, type TestHalf } from './data';
import { developmentNow } from './development';
import { grouped, partlyStamped, stamped } from './sets';
import { trainAttack } from './train-attack';

/** Of the images seen in service, one in so many carries a trigger. */
const ONE_IN = 5;

/** A self-made BadNet with everything to repair and to measure it. */
export interface LoadedAttack {
  readonly attack: Attack;
  readonly net: LoadedNet;
  readonly netPath: string;
  /** D_valid; the signs carry their groups. */
  readonly clean: ImageSet;
  /** Clean test images: every other one. */
  readonly test: ImageSet;
  /** The test images with each trigger, but for those of its target class: label = target, trueLabels = class. */
  readonly poisoned: readonly ImageSet[];
  /** The other clean test images, as they are seen in service: all clean, or one in five with a trigger. */
  readonly service: { readonly clean: ImageSet; readonly poisoned: ImageSet };
  /** The target of each of `poisoned`: a class, or `k + 1`. */
  readonly targets: readonly string[];
  /** The signs that are measured on, whose frames the test images are. */
  readonly groups?: number | undefined;
  /** Frees the net and the images. */
  dispose(): void;
}

/**
 * A net that may be developed on, by its name in the catalogue. Those of the check are loaded by the check alone until it has measured them.
 * @param seed draws the triggers' patterns, the targets, and the training; one of the check keeps its own
 * @param half of the clean test images: `odd` is what the check is measured on
 * @throws Error for a name that there is not
 * @example const { net, netPath, clean, test, poisoned } = await loadAttack('faces-patch-flat', 1);
 */
export async function loadAttack(
  name: string,
  seed?: number,
  half: TestHalf = 'even',
): Promise<LoadedAttack> {
  const all = developmentNow();
  const attack = all.find((each) => each.name === name);
  if (!attack) throw new Error(`There is no attack ${name}; there are ${all.map((a) => a.name).join(', ')}`);
  const keepsSeed = seed === undefined || !DEVELOPMENT.includes(attack);
  return loadEntry(keepsSeed ? attack : { ...attack, seed }, half);
}

/**
 * A self-made BadNet, trained on first use (one to five minutes) and kept in .cache/attacks. Starts the engine where none runs.
 * @param half of the clean test images, that it is measured on
 */
export async function loadEntry(attack: Attack, half: TestHalf): Promise<LoadedAttack> {
  const { name, seed } = attack;
  await startEngine();
  const data = await loadData(attack.set, half);
  const armed = arm(attack, data.shape, data.classes, seed);
  const netPath = join(CACHE, `${attack.name}-${seed}.t${TRAINING.attacks}.v${attack.version}.h5`);
  if (!existsSync(netPath)) await make(attack, data, armed, netPath);
  const net = await loadNet(netPath);
  const { attackers, images, valid, test, tested } = data;
  const held = memorySet(`D_valid of ${name}`, images, valid);
  const clean = images.groups
    ? grouped(
        held,
        Array.from(valid, (image) => images.groups![image]!),
      )
    : held;
  const seen = memorySet(`service of ${name}`, test, data.service);
  return {
    attack,
    net,
    netPath,
    clean,
    test: memorySet('test', test, tested),
    poisoned: armed.map((each) => {
      const others = tested.filter((image) => each.targetOf(test.labels[image]!) !== test.labels[image]);
      return stamped(memorySet('test', test, others), each);
    }),
    service: { clean: seen, poisoned: armed.length > 0 ? partlyStamped(seen, armed, ONE_IN) : seen },
    targets: armed.map(({ target }) => target),
    groups:
      test.groups &&
      new Set(Array.from(tested, (image) => `${test.labels[image]}/${test.groups![image]}`)).size,
    dispose() {
      net.model.dispose();
      for (const each of new Set([attackers, images, test])) each.dispose();
    },
  };
}

/** Implants an attack in its clean net and writes it. A clean sign net is the net it starts from. */
async function make(attack: Attack, data: AttackData, armed: readonly Armed[], path: string): Promise<void> {
  const { seed } = attack;
  await enableTraining();
  const lines = new ProgressLines();
  const { model } = await loadNet(await basePath(attack, data, seed, lines.report));
  const trained = toLogits(model);
  await trainAttack(attack, trained, data, armed, seed, lines.report);
  lines.finish();
  copyWeights(trained, model);
  await keep(model, path);
  trained.dispose();
  model.dispose();
}

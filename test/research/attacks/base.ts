import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Progress } from '../../../build-repair/progress';
import { loadNet } from '../../../models/keras';
import { toLogits } from '../../../models/keras/logits';
import { CACHE, copyWeights, keep } from './cache';
import { type Attack, TRAINING } from './catalogue';
import { type AttackData, DATA } from './data';
import { plainNet, residualNet, vggNet } from './nets';
import { trainBase } from './train-base';
import { varying } from './vary';

/** Nets that are there already: the clean ones of the faces and of CIFAR-10, and the signs' BadNet. */
const GIVEN = {
  deepid: join(DATA, 'faces1283/badnets/clean_net.h5'),
  signs43: join(DATA, 'signs43/badnets/signs_bd_net.h5'),
  resnet14: join(DATA, 'cifar10/clean_net.h5'),
} as const;
/** Training steps; with batch normalisation fewer will do. */
const STEPS = { plain: 3000, vgg: 1500, residual: 1500 } as const;
/** Faces are of many more classes. */
const FACES = { steps: 4000, head: { units: 256, dropout: 0.1 } } as const;

/** The path of the net that an attack is implanted in: a given one, or one of one's own, trained on first use. */
export async function basePath(
  { net, set }: Pick<Attack, 'net' | 'set'>,
  data: AttackData,
  seed: number,
  progress: Progress,
): Promise<string> {
  if (net === 'deepid' || net === 'signs43' || net === 'resnet14') return GIVEN[net];
  const own =
    set === 'faces'
      ? { name: `faces-${net}`, teacher: GIVEN.deepid, ...FACES }
      : { name: net, teacher: GIVEN.signs43, steps: STEPS[net], head: {} };
  const path = join(CACHE, `base-${own.name}-${seed}.v${TRAINING.bases}.h5`);
  if (existsSync(path)) return path;
  const { shape, classes } = data;
  const make = { vgg: vggNet, plain: plainNet, residual: residualNet }[net];
  const model = make({ shape, classes, seed, ...own.head });
  const trained = toLogits(model);
  const teacher = await loadTeacher(own.teacher);
  const augmenter = varying(set, shape, seed, 'base');
  await trainBase(trained, teacher, data, augmenter, { seed, steps: own.steps }, progress);
  teacher.dispose();
  copyWeights(trained, model);
  await keep(model, path);
  trained.dispose();
  model.dispose();
  return path;
}

/** Asked for images without triggers only, for which the backdoor of signs43's net says nothing. */
async function loadTeacher(path: string): Promise<LayersModel> {
  const { model } = await loadNet(path);
  const flat = toLogits(model);
  model.dispose();
  return flat;
}

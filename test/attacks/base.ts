import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Progress } from '../../build-repair/progress';
import { loadNet } from '../../models/keras';
import { toLogits } from '../../models/keras/logits';
import { CACHE, copyWeights, keep } from './cache';
import type { Attack } from './catalogue';
import { type AttackData, DATA } from './data';
import { plainNet, residualNet, vggNet } from './nets';
import { trainBase } from './train-base';

/** Raised when the training of the clean sign nets is changed. */
const VERSION = 2;
const SIGNS43 = join(DATA, 'signs43/badnets/signs_bd_net.h5');
/** Training steps; with batch normalisation fewer will do. */
const STEPS = { plain: 3000, vgg: 1500, residual: 1500 } as const;

/**
 * The path of the net that an attack is implanted in: the faces' own clean one, the signs' own BadNet, or a sign net of one's own,
 * trained on first use.
 */
export async function basePath(
  net: Attack['net'],
  data: AttackData,
  seed: number,
  progress: Progress,
): Promise<string> {
  if (net === 'deepid') return join(DATA, 'faces1283/badnets/clean_net.h5');
  if (net === 'signs43') return SIGNS43;
  const path = join(CACHE, `base-${net}-${seed}.v${VERSION}.h5`);
  if (existsSync(path)) return path;
  const make = { vgg: vggNet, plain: plainNet, residual: residualNet }[net];
  const model = make({ shape: data.shape, classes: data.classes, seed });
  const trained = toLogits(model);
  const teacher = await loadTeacher();
  await trainBase(trained, teacher, data, seed, STEPS[net], progress);
  teacher.dispose();
  copyWeights(trained, model);
  await keep(model, path);
  trained.dispose();
  model.dispose();
  return path;
}

/** signs43's own net: asked for images without triggers only, for which its backdoor says nothing. */
async function loadTeacher(): Promise<LayersModel> {
  const { model } = await loadNet(SIGNS43);
  const flat = toLogits(model);
  model.dispose();
  return flat;
}

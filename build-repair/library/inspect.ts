import { startEngine } from '../../models/engine';
import type { NetDescription } from '../../models/keras/types';
import { inspectNet } from '../../models/net-files';
import type { NetOptions } from './options';
import { loadingOf } from './reading';

/**
 * Tells what a net is: layers, shapes, parameters, classes; also of one that can't be repaired, and why (`problems`).
 * @param path of a Keras or ONNX file
 * @throws NetError for what is no net at all
 *
 * @example
 * import { inspect } from 'goodnet';
 *
 * const { classes, layers, problems } = await inspect('net.h5');
 * console.log(classes, layers.length, problems.length === 0 ? 'can be repaired' : problems);
 */
export async function inspect(path: string, options: NetOptions = {}): Promise<NetDescription> {
  await startEngine();
  return await inspectNet(path, loadingOf(options));
}

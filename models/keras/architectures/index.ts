import { readFile } from 'node:fs/promises';
import { messageOf, NetError, UsageError } from '../../errors';
import { first } from '../../present';
import type { JsonObject } from '../config/json';
import { type Architecture, readArchitecture, readModel } from '../config/read';
import type { KerasFile } from '../file/keras-file';
import { planNet } from '../planned';
import { bindWeights } from '../weights';
import { deepid } from './deepid';

const builtIn: ReadonlyMap<string, (classes: number) => JsonObject> = new Map([['deepid', deepid]]);

/** Names of the architectures that weights-only files can be read with. */
export function architectures(): string[] {
  return [...builtIn.keys()];
}

/**
 * The architecture that `--architecture` names.
 * @param file the weights: a built-in architecture takes its number of classes from them
 * @throws UsageError where there is neither such an architecture nor such a file; NetError for what is none
 */
export async function findArchitecture(name: string, file: KerasFile): Promise<Architecture> {
  const make = builtIn.get(name);
  if (make) return { spec: readModel(make(classesIn(file, make)), 2), kerasMajor: 2 };
  let text: string;
  try {
    text = await readFile(name, 'utf8');
  } catch (cause) {
    throw new UsageError(`There is no architecture "${name}", nor a file of that name: ${messageOf(cause)}`, {
      hint: `Give the path of what model.to_json() wrote, or one of: ${architectures().join(', ')}.`,
      cause,
    });
  }
  return readArchitecture(text, `The architecture ${name}`);
}

/** Units of the output layer, as the file's weights tell them: the last length of its kernel. */
function classesIn(file: KerasFile, make: (classes: number) => JsonObject): number {
  const net = planNet(readModel(make(2), 2), 2, (error) => {
    throw error;
  });
  const { layer: name } = first(net.spec.outputs);
  const output = net.layers.find((layer) => layer.spec.name === name);
  const classes = output && bindWeights(net, file).get(output)?.[0]?.shape.at(-1);
  if (classes === undefined) throw new NetError('The file holds no weights for the output layer');
  return classes;
}

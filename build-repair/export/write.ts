import { dirname } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type MemoryFile, netFiles } from '../../models/bundle/artifacts';
import { makeFolder, writeFileAtomically, writeFolderAtomically } from '../../models/bundle/write';
import { toProbabilities } from '../../models/keras/probabilities';
import { kerasH5 } from '../../models/keras/write/h5';
import { ChannelScale } from '../../models/nets/channel-scale';
import { cannotWrite } from '../writable';
import type { Place } from './place';

/**
 * Writes a net of logits as one of probabilities, whole or not at all.
 * @throws NetError naming a layer that can't be written; GoodNetError `environment` where the place can't be written to
 */
export async function writePlainNet(logits: LayersModel, { kind, path }: Place): Promise<void> {
  const net = toProbabilities(logits);
  try {
    const write =
      kind === 'keras'
        ? writeFileAtomically.bind(undefined, path, await kerasH5(net))
        : writeFolderAtomically.bind(undefined, path, await layersModel(net));
    await makeFolder(dirname(path));
    await write().catch((cause) => {
      throw cannotWrite(path, cause);
    });
  } finally {
    net.dispose();
  }
}

/** A net as tf.loadLayersModel reads it everywhere: Rescaling takes lists, too, and is known where our own layer is not. */
async function layersModel(net: LayersModel): Promise<MemoryFile[]> {
  const files = await netFiles('.', net);
  const renamed = (key: string, value: unknown) =>
    key === 'class_name' && value === ChannelScale.className ? 'Rescaling' : value;
  return files.map(({ path, bytes }) => {
    if (!path.endsWith('.json')) return { path, bytes };
    const json = JSON.parse(new TextDecoder().decode(bytes), renamed);
    return { path, bytes: new TextEncoder().encode(JSON.stringify(json)) };
  });
}

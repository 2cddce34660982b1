import { dirname } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type MemoryFile, netFiles } from '../../models/bundle/artifacts';
import { makeFolder, writeFileAtomically, writeFolderAtomically } from '../../models/bundle/write';
import { NetError } from '../../models/errors';
import { toProbabilities } from '../../models/keras/probabilities';
import { kerasH5 } from '../../models/keras/write/h5';
import { ChannelScale } from '../../models/nets/channel-scale';
import { DilatedConv2D, DilatedDepthwiseConv2D } from '../../models/nets/dilated';
import { cannotWrite } from '../writable';
import type { Destination } from './destination';
import { onnxFile } from './onnx';

/**
 * Writes a net of logits as one of probabilities, whole or not at all.
 * @throws NetError naming a layer that can't be written; GoodNetError `environment` where the place can't be written to
 */
export async function writePlainNet(logits: LayersModel, { kind, path }: Destination): Promise<void> {
  const net = toProbabilities(logits);
  try {
    const write = await writerOf(net, kind, path);
    await makeFolder(dirname(path));
    await write().catch((cause) => {
      throw cannotWrite(path, cause);
    });
  } finally {
    net.dispose();
  }
}

/** What writes it, once all of it is there. */
async function writerOf(
  net: LayersModel,
  kind: Destination['kind'],
  path: string,
): Promise<() => Promise<void>> {
  if (kind === 'tensorflow.js') return writeFolderAtomically.bind(undefined, path, await layersModel(net));
  const bytes = kind === 'keras' ? await kerasH5(net) : onnxFile(net);
  return writeFileAtomically.bind(undefined, path, bytes);
}

/** Layers of TensorFlow.js that answer as ours do. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  [ChannelScale.className]: 'Rescaling',
  [DilatedConv2D.className]: 'Conv2D',
  [DilatedDepthwiseConv2D.className]: 'DepthwiseConv2D',
};

/** A net as tf.loadLayersModel reads it everywhere: Rescaling takes lists, too, and is known where our own layer is not. */
async function layersModel(net: LayersModel): Promise<MemoryFile[]> {
  const files = await netFiles('.', net);
  const renamed = (key: string, value: unknown) => {
    if (key !== 'class_name' || typeof value !== 'string') return value;
    const elsewhere = ELSEWHERE[value] ?? value;
    if (!elsewhere.startsWith('GoodNet')) return elsewhere;
    throw new NetError(`TensorFlow.js has no layer for the net’s ${value.replace('GoodNet', '')}`, {
      code: 'NET_LAYER_UNSUPPORTED',
      hint: 'Write the net for Keras: --to net.h5.',
    });
  };
  return files.map(({ path, bytes }) => {
    if (!path.endsWith('.json')) return { path, bytes };
    const json = JSON.parse(new TextDecoder().decode(bytes), renamed);
    return { path, bytes: new TextEncoder().encode(JSON.stringify(json)) };
  });
}

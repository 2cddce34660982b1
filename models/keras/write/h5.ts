import type { LayersModel, layers } from '@tensorflow/tfjs-layers';
import type { Group } from 'h5wasm';
import { writeFileAtomically } from '../../bundle/write';
import { hdf5Bytes } from '../../hdf5/bytes';
import { kerasConfig, layersInOrder } from './graph';

/** The version that the file says it is of: the layers written mean the same in all of Keras 2. */
const KERAS_VERSION = '2.15.0';

/**
 * Writes a model as Keras 2 writes a whole model (`model.save('net.h5')`), without optimizer state: its
 * configuration as attribute `model_config`, its weights in the group `model_weights`, a group a layer. The file is
 * written whole or not at all.
 * @param model sequential or functional, and flat: of layers, not of models
 * @throws NetError naming a layer that can't be written, a model in the model among them
 */
export async function writeKerasH5(model: LayersModel, path: string): Promise<void> {
  await writeFileAtomically(path, await kerasH5(model));
}

/** The bytes of such a file. @throws NetError as writeKerasH5 */
export async function kerasH5(model: LayersModel): Promise<Uint8Array> {
  const config = JSON.stringify(kerasConfig(model));
  const inOrder = layersInOrder(model);
  return await hdf5Bytes((file) => {
    file.create_attribute('backend', 'tensorflow');
    file.create_attribute('keras_version', KERAS_VERSION);
    file.create_attribute('model_config', config);
    const weights = file.create_group('model_weights');
    weights.create_attribute('backend', 'tensorflow');
    weights.create_attribute('keras_version', KERAS_VERSION);
    weights.create_attribute(
      'layer_names',
      inOrder.map(({ name }) => name),
    );
    for (const layer of inOrder) writeLayer(weights.create_group(layer.name), layer);
  });
}

function writeLayer(group: Group, layer: layers.Layer): void {
  const names = layer.weights.map(({ originalName }) => `${layer.name}/${originalName.split('/').at(-1)}:0`);
  if (names.length === 0) {
    group.create_attribute('weight_names', new Float64Array(), [0]);
    return;
  }
  group.create_attribute('weight_names', names);
  const inner = group.create_group(layer.name);
  for (const [i, weight] of layer.weights.entries()) {
    const tensor = weight.read();
    inner.create_dataset({
      name: names[i]!.slice(layer.name.length + 1),
      data: tensor.dataSync() as Float32Array,
      shape: tensor.shape,
      dtype: '<f4',
    });
  }
}

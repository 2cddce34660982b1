import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import { present } from '../present';
// Registers the layers of ours that a net may have.
import '../nets/channel-scale';
import '../nets/dilated';
import '../nets/group-normalization';
import '../nets/grouped';
import '../nets/mat-mul';
import '../nets/pad';
import '../nets/pick-channels';
import '../nets/place-scale';
import '../nets/plain-function';
import '../nets/reduce';
import '../nets/resize';
import '../nets/same-for-all';
import '../nets/slice';
import '../nets/unit-normalization';

/** A file of a bundle that is still in memory. */
export interface MemoryFile {
  /** Relative to the bundle, with forward slashes. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A net as TensorFlow.js artifacts: `FOLDER/model.json` and `FOLDER/weights.bin`, which tf.loadLayersModel reads. */
export async function netFiles(folder: string, model: LayersModel): Promise<MemoryFile[]> {
  let artifacts: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (given) => {
      artifacts = given;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const { modelTopology, weightSpecs, weightData } = present(artifacts, 'What was saved');
  const json = {
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version_core}`,
    convertedBy: null,
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return [
    { path: `${folder}/model.json`, bytes: new TextEncoder().encode(JSON.stringify(json)) },
    { path: `${folder}/weights.bin`, bytes: new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)) },
  ];
}

/**
 * The net whose artifacts lie in a folder of a bundle.
 * @param read gives a file's bytes by its path
 * @throws RangeError where the weights are not those of the net
 */
export async function netFromFiles(
  folder: string,
  read: (path: string) => Promise<Uint8Array>,
): Promise<LayersModel> {
  const [topology, packed] = await Promise.all([read(`${folder}/model.json`), read(`${folder}/weights.bin`)]);
  const json = JSON.parse(new TextDecoder().decode(topology), quickInitializers) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const specs = json.weightsManifest.flatMap((group) => group.weights);
  const lengths = specs.map(({ shape }) => tf.util.sizeFromShape(shape));
  const model = await loadLayersModel(tf.io.fromMemory({ modelTopology: json.modelTopology }));
  try {
    const values = unpackFloats(packed, lengths);
    // By ourselves: TensorFlow.js would copy them twice on the way.
    tf.tidy(() => {
      const entries = specs.map(({ name, shape }, i) => [name, tf.tensor(values[i]!, shape)]);
      model.loadWeights(Object.fromEntries(entries));
    });
    return model;
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** Random numbers take their time, and the weights that are read take their place at once. */
function quickInitializers(key: string, value: unknown): unknown {
  return key.endsWith('_initializer') ? { class_name: 'Zeros', config: {} } : value;
}

/** Several arrays of 32-bit floats in one file, little-endian, one after the other. */
export function packFloats(arrays: readonly Float32Array[]): Uint8Array {
  const packed = new Uint8Array(arrays.reduce((sum, array) => sum + array.byteLength, 0));
  let at = 0;
  for (const array of arrays) {
    packed.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += array.byteLength;
  }
  return packed;
}

/**
 * The inverse of packFloats. The arrays lie in the same memory as what is unpacked.
 * @param lengths of each array, in values
 */
export function unpackFloats<const Of extends readonly number[]>(
  packed: Uint8Array,
  lengths: Of,
): { -readonly [At in keyof Of]: Float32Array } {
  const total = lengths.reduce((sum, length) => sum + length, 0) * 4;
  if (packed.byteLength !== total)
    throw new RangeError(`${total} bytes expected, ${packed.byteLength} found`);
  // A copy only where the bytes lie where no 32-bit value may begin.
  const { buffer, byteOffset } = packed.byteOffset % 4 === 0 ? packed : packed.slice();
  let at = byteOffset;
  return lengths.map((length) => {
    const array = new Float32Array(buffer, at, length);
    at += length * 4;
    return array;
  }) as { -readonly [At in keyof Of]: Float32Array };
}

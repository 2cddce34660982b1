import * as tf from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
// Registers the one layer of ours that a net may have.
import '../nets/channel-scale';

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
  const { modelTopology, weightSpecs, weightData } = artifacts!;
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

/** The net whose artifacts lie in a folder of a bundle. @param read gives a file's bytes by its path */
export async function netFromFiles(folder: string, read: (path: string) => Uint8Array): Promise<LayersModel> {
  const json = JSON.parse(new TextDecoder().decode(read(`${folder}/model.json`))) as {
    modelTopology: object;
    weightsManifest: { weights: tf.io.WeightsManifestEntry[] }[];
  };
  const weights = read(`${folder}/weights.bin`);
  return loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: weights.buffer.slice(
        weights.byteOffset,
        weights.byteOffset + weights.byteLength,
      ) as ArrayBuffer,
    }),
  );
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

/** The inverse of packFloats. @param lengths of each array, in values */
export function unpackFloats(packed: Uint8Array, lengths: readonly number[]): Float32Array[] {
  const total = lengths.reduce((sum, length) => sum + length, 0) * 4;
  if (packed.byteLength !== total)
    throw new RangeError(`${total} bytes expected, ${packed.byteLength} found`);
  let at = 0;
  return lengths.map((length) => {
    const start = packed.byteOffset + at;
    // A copy: the bytes may lie where no 32-bit value may begin.
    const array = new Float32Array(packed.buffer.slice(start, start + length * 4));
    at += length * 4;
    return array;
  });
}

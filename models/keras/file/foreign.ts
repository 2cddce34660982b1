import { unzipSync } from 'fflate';
import { binaryForeign } from './foreign-binary';
import { FOREIGN, type Foreign } from './foreign-kinds';

/** What a file is that is neither HDF5 nor a zip archive; undefined where its bytes don't tell. */
export function foreignFile(bytes: Uint8Array): Foreign | undefined {
  return binaryForeign(bytes) ?? textForeign(bytes);
}

/** What a zip archive without a net of Keras is. */
export function foreignZip(bytes: Uint8Array): Foreign {
  const names: string[] = [];
  const filter = ({ name }: { name: string }) => {
    names.push(name);
    return false;
  };
  unzipSync(bytes, { filter });
  const has = (end: RegExp) => names.find((name) => end.test(name));
  if (has(/(^|\/)data\.pkl$/)) return FOREIGN.pytorch;
  if (has(/\.npy$/)) return FOREIGN.numpy;
  if (has(/(^|\/)saved_model\.pb$/)) return { ...FOREIGN.savedModel, what: 'a packed TensorFlow SavedModel' };
  const inside = has(/\.(h5|hdf5|keras)$/i) ?? has(/(^|\/)config\.json$/);
  return {
    what: `a zip archive of ${names.length === 1 ? 'one file' : `${names.length} files`}`,
    hint: inside
      ? `Unpack it: ${inside} is in it. A .keras archive has config.json at its top.`
      : 'Give a .h5, .keras or .weights.h5 file of Keras, as model.save() writes it.',
  };
}

const MOST_JSON = 64 * 2 ** 20;

function textForeign(bytes: Uint8Array): Foreign | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  if (/^version https:\/\/git-lfs/.test(head)) return FOREIGN.lfs;
  if (/^<(!doctype|html|\?xml)/i.test(head)) return FOREIGN.page;
  if (!head.startsWith('{') || bytes.length > MOST_JSON) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
    const has = (name: string) => Object.hasOwn(json as object, name);
    if (has('modelTopology') || has('weightsManifest'))
      return (json as { format?: unknown }).format === 'graph-model' ? FOREIGN.tfjsGraph : FOREIGN.tfjs;
    if (has('class_name') && has('config')) return FOREIGN.architecture;
  } catch {
    // Not JSON after all.
  }
  return undefined;
}

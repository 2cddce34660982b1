import type { Files, StoredFile } from '../../models/store/files';
import type { OpenStoreFiles } from '../../models/store/open-store-files';

/**
 * Opens stores whose small files (.json) are read once in a while, however many ask: a model's name, its version and its
 * bundle are all told by the same two.
 * @param ms how old what is given may be, in milliseconds
 */
export function remembering(open: OpenStoreFiles, ms: number): OpenStoreFiles {
  const known = new Map<string, Promise<Files>>();
  return (address) => {
    const before = known.get(address);
    if (before) return before;
    const opened = open(address).then((files) => remembered(files, ms));
    opened.catch(() => known.delete(address));
    known.set(address, opened);
    return opened;
  };
}

function remembered(files: Files, ms: number): Files {
  const reads = new Map<string, Promise<StoredFile | undefined>>();
  return {
    ...files,
    read(key, options) {
      if (!key.endsWith('.json') || options?.isChecked) return files.read(key, options);
      const before = reads.get(key);
      if (before) return before;
      const reading = files.read(key, options);
      const forget = () => {
        if (reads.get(key) === reading) reads.delete(key);
      };
      reading.then(() => setTimeout(forget, ms).unref(), forget);
      reads.set(key, reading);
      return reading;
    },
  };
}

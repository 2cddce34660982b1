import type { NetHdf5 } from './hdf5';

/**
 * The weights of an archive that Keras 2.12 or 2.13 wrote on Windows, with slashes in place of the backslashes that it
 * put into the groups' names there (keras-team/keras#18528); any other file as it is.
 */
export function withSlashes(hdf5: NetHdf5): NetHdf5 {
  const written = hdf5.names('');
  if (!written.some((name) => name.includes('\\'))) return hdf5;
  const actual = new Map(written.map((name) => [name.replaceAll('\\', '/'), name]));
  const children = new Map<string, Set<string>>();
  for (const path of actual.keys()) {
    const parts = path.split('/');
    parts.forEach((part, i) => {
      const above = parts.slice(0, i).join('/');
      children.set(above, (children.get(above) ?? new Set()).add(part));
    });
  }
  /** A path as the file has it: the longest name of a group at the top, and what follows. */
  const place = (path: string): string | undefined => {
    const clean = path.split('/').filter(Boolean);
    for (let end = clean.length; end > 0; end--) {
      const top = actual.get(clean.slice(0, end).join('/'));
      if (top !== undefined) return [top, ...clean.slice(end)].join('/');
    }
    return undefined;
  };
  const normal = (path: string) => path.split('/').filter(Boolean).join('/');
  const within = (path: string) => [...(children.get(normal(path)) ?? [])];
  const at = <T>(path: string, read: (placed: string) => T, otherwise: T): T => {
    const placed = place(path);
    return placed === undefined ? otherwise : read(placed);
  };
  return {
    ...hdf5,
    names: (path) => [...new Set([...within(path), ...at(path, hdf5.names, [])])],
    isGroup: (path) => within(path).length > 0 || at(path, hdf5.isGroup, false),
    identity: (path) => at(path, hdf5.identity, `:${normal(path)}`),
    numbers: (path) => at(path, hdf5.numbers, undefined),
  };
}

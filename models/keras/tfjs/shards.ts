import { NetError } from '../../errors';
import { pathBeside, readBeside } from '../../external-files';
import { valueAt } from '../../present';
import type { WeightGroup } from './manifest';

/** A net of more would not fit the memory of the engines. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * The paths of the files in which weights lie, by their locations: all within the net's folder, and none by way of a link.
 * @throws NetError for a location outside the folder, or what is no file
 */
export async function shardPaths(
  path: string,
  groups: readonly WeightGroup[],
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const location of groups.flatMap(({ locations }) => locations)) {
    if (paths.has(location)) throw new NetError(`The weightsManifest lists "${location}" twice`);
    paths.set(location, await pathBeside(path, location, 'Weights lie'));
  }
  return paths;
}

/**
 * The bytes of each group's weights.
 * @throws NetError as shardPaths does; for files that are too large, or not as long as the weights in them
 */
export async function readShards(path: string, groups: readonly WeightGroup[]): Promise<Uint8Array[]> {
  const wanted = groups.map(({ weights }) => weights.reduce((sum, { bytes }) => sum + bytes, 0));
  const total = wanted.reduce((sum, bytes) => sum + bytes, 0);
  if (!(total <= MOST_BYTES))
    throw new NetError(`The net’s weights take ${total} bytes; nets of up to 2 GiB can be read`);
  const paths = await shardPaths(path, groups);
  const read: Uint8Array[] = [];
  for (const [i, { locations }] of groups.entries()) {
    const shards = [];
    let left = wanted[i]!;
    for (const location of locations) {
      const shard = await readBeside(valueAt(paths, location), location, (size) => {
        if (size > left) throw misfit([location], size, left);
      });
      left -= shard.length;
      shards.push(shard);
    }
    if (left > 0) throw misfit(locations, wanted[i]! - left, wanted[i]!);
    read.push(Buffer.concat(shards));
  }
  return read;
}

function misfit(locations: readonly string[], has: number, wanted: number): NetError {
  const files = locations.slice(0, 3).join(', ') || 'no file';
  return new NetError(`The net's weights take ${wanted} bytes; ${has} are in ${files}`, {
    hint: 'It is cut short, or of another net; copy or convert them again.',
  });
}

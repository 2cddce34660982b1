import type { KerasFile } from '../file/keras-file';
import type { PlannedNet } from '../planned';
import { bindGroups, readGroups } from './groups';
import type { BoundWeights, StoredWeight } from './stored';
import { bindTree, readTree } from './tree';

/**
 * Finds each layer's weights in the file, whichever way it keeps them.
 * @throws NetError naming the layers that are missing or left over
 */
export function bindWeights(net: PlannedNet, file: KerasFile): BoundWeights {
  return file.layout === 'groups' ? bindGroups(net, file) : bindTree(net, file);
}

/** All weights of the file by the group they lie in, without knowing the net. */
export function listWeights(file: KerasFile): Map<string, StoredWeight[]> {
  if (file.layout === 'groups')
    return new Map(readGroups(file).map(({ layer, weights }) => [layer, [...weights]]));
  const groups = new Map<string, StoredWeight[]>();
  for (const weight of readTree(file)) {
    const group = weight.name.replace(/\/vars\/\d+$/, '');
    groups.set(group, [...(groups.get(group) ?? []), weight]);
  }
  return groups;
}

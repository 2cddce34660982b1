import { architectures } from '../../models/keras';
import type { NetToRepair } from './schema';

/** Where a net's architecture is; undefined where it has none, or one that GoodNet knows by name. */
export function architectureFile({ architecture }: Pick<NetToRepair, 'architecture'>): string | undefined {
  return architecture !== undefined && architectures().includes(architecture) ? undefined : architecture;
}

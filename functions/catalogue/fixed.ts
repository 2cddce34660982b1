import type { Classifier } from '../classifier';
import type { Catalogue } from './catalogue';
import { nameOf } from './name-of';

/** Models that are loaded already, and stay. */
export function fixedCatalogue(models: readonly Classifier[]): Catalogue {
  const names = models.map(({ model }) => model);
  return {
    names: async () => names,
    use: async (wanted, work) => {
      const at = names.indexOf(nameOf(wanted, names));
      return await work(models[at]!);
    },
    close() {},
  };
}

import { messageOf } from '../../models/errors';
import { Problem } from '../problem';
import type { Catalogue } from './catalogue';

/**
 * A catalogue that answers "not ready" where the place of its models can't be read: gone, or not to be read by who asks.
 * @param where the place, for the log
 * @param say told of it each time, as an error of the operator's
 */
export function reachable(catalogue: Catalogue, where: string, say: (line: string) => void): Catalogue {
  const names = () =>
    catalogue.names().catch((error) => {
      say(`The models can't be read from ${where}: ${messageOf(error)}`);
      const detail = "The place of the models can't be read: it is gone, or the rights to it are.";
      throw new Problem('not-ready', detail, {}, error);
    });
  return {
    ...catalogue,
    names,
    async use(wanted, work) {
      await names();
      return await catalogue.use(wanted, work);
    },
  };
}

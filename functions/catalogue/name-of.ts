import { first } from '../../models/present';
import { Problem } from '../problem';

/**
 * The model that a request means.
 * @throws Problem where there is none of that name, or none is named and there are several
 */
export function nameOf(wanted: string | undefined, names: readonly string[]): string {
  if (wanted === undefined) {
    if (names.length === 1) return first(names);
    if (names.length === 0) throw new Problem('no-such-model', 'There is no model here yet.');
    throw new Problem('name-a-model', 'There are several models: POST to /v1/models/{model}/classify.');
  }
  if (names.includes(wanted)) return wanted;
  throw new Problem(
    'no-such-model',
    `There is no model ${wanted}; GET /v1/models lists those that there are.`,
  );
}

import type { Classifier } from '../classifier';

/** The models that a service answers with. */
export interface Catalogue {
  /** The models' names, in order. */
  names(): Promise<readonly string[]>;
  /**
   * Works with a model, which stays as it is meanwhile.
   * @param name undefined means the only one
   * @throws Problem `no-such-model`, `name-a-model` (there are several), `model-unusable`
   */
  use<T>(name: string | undefined, work: (model: Classifier) => Promise<T>): Promise<T>;
  /** Frees all models; those in use when their work is done. */
  close(): void;
}

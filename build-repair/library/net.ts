import type { ImageShape } from '../../models/images/set';
import type { LoadedNet } from '../../models/keras/loaded-net';

/** A net that was opened. It holds memory outside of JavaScript's: dispose of it, or declare it with `using`. */
export class Net {
  readonly #loaded: LoadedNet;
  #isDisposed = false;

  /** @internal */
  constructor(
    /** Where it was read. */
    readonly path: string,
    loaded: LoadedNet,
  ) {
    this.#loaded = loaded;
  }

  /** N, ≥ 2. */
  get classes(): number {
    return this.#loaded.classes;
  }

  /** What it takes. */
  get inputShape(): ImageShape {
    return this.#loaded.inputShape;
  }

  /** What whoever trusts the file should know of it, a sentence each. */
  get notes(): readonly string[] {
    return this.#loaded.notes ?? [];
  }

  /** Gives back its memory; a second time nothing. */
  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#loaded.model.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** What is within, for the library's own use. @internal */
  static loadedOf(net: Net): LoadedNet {
    if (net.#isDisposed) throw new Error(`${net.path} has been disposed of: open it anew`);
    return net.#loaded;
  }
}

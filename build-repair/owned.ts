/** What a piece of work has made, given back however the work ends: the last made first. */
export class Owned {
  #made: { dispose(): unknown }[] = [];

  /** @returns what is given, which is disposed of with the rest */
  keep<T extends { dispose(): unknown }>(made: T): T {
    this.#made.push(made);
    return made;
  }

  /** Disposes of all; a second time of nothing. */
  dispose(): void {
    const made = this.#made.reverse();
    this.#made = [];
    for (const each of made) each.dispose();
  }
}

/** Things that happen at a time, handed out in the order of their times; those of one time as they came. */
export class Timeline<T> {
  private readonly heap: { readonly at: number; readonly order: number; readonly what: T }[] = [];
  private count = 0;
  /** The time of what was handed out last. */
  now = 0;

  /** @param at not before `now` */
  add(at: number, what: T): void {
    const { heap } = this;
    heap.push({ at, order: this.count++, what });
    for (let i = heap.length - 1; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) return;
      this.swap(i, parent);
      i = parent;
    }
  }

  /** @returns undefined where nothing is left */
  next(): T | undefined {
    const { heap } = this;
    const first = heap[0];
    if (!first) return undefined;
    const last = heap.pop()!;
    if (heap.length > 0) {
      heap[0] = last;
      this.sink();
    }
    this.now = first.at;
    return first.what;
  }

  private sink(): void {
    for (let i = 0; ; ) {
      const [left, right] = [2 * i + 1, 2 * i + 2];
      let least = i;
      for (const child of [left, right])
        if (child < this.heap.length && this.before(child, least)) least = child;
      if (least === i) return;
      this.swap(i, least);
      i = least;
    }
  }

  private before(a: number, b: number): boolean {
    const [x, y] = [this.heap[a]!, this.heap[b]!];
    return x.at < y.at || (x.at === y.at && x.order < y.order);
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}

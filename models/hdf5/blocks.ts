import type { NumberRows, Numbers } from './rows';

/** Read at one go, at least; a chunk that is larger is read whole, up to the second limit. */
const BLOCK_BYTES = 8 * 2 ** 20;
const CHUNK_BYTES = 64 * 2 ** 20;

/** Rows read in blocks of whole chunks, so that no chunk is unpacked twice. */
export class Blocks {
  private readonly length: number;
  private start = 0;
  private end = 0;
  private values: Numbers = new Uint8Array();

  constructor(private readonly rows: NumberRows) {
    const chunk = Math.min(rows.chunkRows ?? 1, Math.max(1, Math.floor(CHUNK_BYTES / rows.rowBytes)));
    this.length = chunk * Math.max(1, Math.floor(BLOCK_BYTES / (rows.rowBytes * chunk)));
  }

  /** The block that holds a row, and where the row begins in it. */
  at(row: number): { values: Numbers; from: number } {
    if (row < this.start || row >= this.end) {
      this.start = row - (row % this.length);
      this.end = Math.min(this.start + this.length, this.rows.count);
      this.values = this.rows.read(this.start, this.end);
    }
    return { values: this.values, from: ((row - this.start) * this.values.length) / (this.end - this.start) };
  }

  get blockRows(): number {
    return this.length;
  }
}

import type { ImageShape } from '../../../models/images/set';
import type { Random } from '../../../models/random';
import type { AdversarialTrigger } from './adversarial-trigger';

/** Cells of the grid at whose corners moves are given, a side. Origin: chosen by hand; not varied. */
const CELLS = 5;
/**
 * How far a corner is moved at most, and by a step of learning, of the shorter side. Origin: cifar-warp (97.8 % of attack success) kept 51 % without
 * warps, 42 by 0.05 and 0.005, 30 by 0.08 and 0.01, 27 by 0.12 and 0.02.
 */
const REACH = 0.12;
const STEP = 0.02;

/**
 * A warp of the whole picture by a smooth field: moves at the corners of a coarse grid, straight ways between them. Nets that were taught
 * one warp and not to mind others (Nguyen and Tran, WaNet, ICLR 2021) are not turned by random ones: it has to be learned.
 */
export class WarpTrigger implements AdversarialTrigger {
  /** Moves down at each corner, then those across, in pixels. */
  private readonly moves: Float32Array;
  private readonly climb: Float32Array;
  private readonly side: number;

  constructor(
    private readonly shape: ImageShape,
    random: Random,
  ) {
    this.side = Math.min(shape.height, shape.width);
    const most = (REACH / 2) * this.side;
    this.moves = Float32Array.from({ length: 2 * CORNERS }, () => random.uniform(-most, most));
    this.climb = new Float32Array(2 * CORNERS);
  }

  stamp(image: Float32Array): void {
    const { width, channels } = this.shape;
    const before = image.slice();
    this.eachPixel((at, { first, down, across }) => {
      for (let c = 0; c < channels; c++) {
        const place = first + c;
        const next = place + width * channels;
        const above = before[place]! * (1 - across) + before[place + channels]! * across;
        const below = before[next]! * (1 - across) + before[next + channels]! * across;
        image[at * channels + c] = above * (1 - down) + below * down;
      }
    });
  }

  note(before: Float32Array, gradient: Float32Array): void {
    const { width, channels } = this.shape;
    this.eachPixel((at, { first, down, across }, { corners, shares }) => {
      let [byDown, byAcross] = [0, 0];
      for (let c = 0; c < channels; c++) {
        const place = first + c;
        const next = place + width * channels;
        const [a, b] = [before[place]!, before[place + channels]!];
        const [d, e] = [before[next]!, before[next + channels]!];
        const slope = gradient[at * channels + c]!;
        byDown += slope * ((d - a) * (1 - across) + (e - b) * across);
        byAcross += slope * ((b - a) * (1 - down) + (e - d) * down);
      }
      for (let i = 0; i < 4; i++) {
        this.climb[corners[i]!]! += byDown * shares[i]!;
        this.climb[CORNERS + corners[i]!]! += byAcross * shares[i]!;
      }
    });
  }

  learn(): void {
    const most = REACH * this.side;
    this.climb.forEach((value, i) => {
      const moved = this.moves[i]! + Math.sign(value) * STEP * this.side;
      this.moves[i] = Math.min(Math.max(moved, -most), most);
    });
    this.climb.fill(0);
  }

  private eachPixel(work: (at: number, source: Source, cell: Cell) => void): void {
    const { height, width, channels } = this.shape;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const cell = cellOf(y / height, x / width);
        let [row, column] = [y, x];
        for (let i = 0; i < 4; i++) {
          row += this.moves[cell.corners[i]!]! * cell.shares[i]!;
          column += this.moves[CORNERS + cell.corners[i]!]! * cell.shares[i]!;
        }
        const [r, down] = between(row, height);
        const [k, across] = between(column, width);
        work(y * width + x, { first: (r * width + k) * channels, down, across }, cell);
      }
    }
  }
}

const CORNERS = (CELLS + 1) ** 2;

/** Where a pixel's value comes from: four values, of which the first is told, and how far down and across between them, 0–1. */
interface Source {
  readonly first: number;
  readonly down: number;
  readonly across: number;
}

/** The corners around a place, and how much each counts there. */
interface Cell {
  readonly corners: readonly number[];
  readonly shares: readonly number[];
}

/** @param down and across the picture, from 0 to under 1 */
function cellOf(down: number, across: number): Cell {
  const [v, h] = [down * CELLS, across * CELLS];
  const [row, column] = [Math.floor(v), Math.floor(h)];
  const [dv, dh] = [v - row, h - column];
  const corner = row * (CELLS + 1) + column;
  return {
    corners: [corner, corner + 1, corner + CELLS + 1, corner + CELLS + 2],
    shares: [(1 - dv) * (1 - dh), (1 - dv) * dh, dv * (1 - dh), dv * dh],
  };
}

/** Of a place along a side: the pixel before it that has a next one, and how far it is between them. */
function between(place: number, length: number): [pixel: number, share: number] {
  const within = Math.min(Math.max(place, 0), length - 1);
  const pixel = Math.max(Math.min(Math.floor(within), length - 2), 0);
  return [pixel, within - pixel];
}

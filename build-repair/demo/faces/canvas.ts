import type { ImageShape } from '../../../models/images/set';
import type { Colour } from './colour';
import type { Point, Shape } from './shapes';

/** Where the face stands in the image. */
export interface Placement {
  /** The face's origin, in pixels from the image's top left corner. */
  readonly origin: Point;
  /** Pixels a face unit. */
  readonly scale: number;
  /** Radians, clockwise as seen. */
  readonly angle: number;
}

/** An RGB image that anti-aliased shapes are painted on, one over the other, in face units. */
export class Canvas {
  /** height × width × 3, 0–255 (beyond it until `light` and `finish`). */
  readonly values: Float32Array;
  private readonly cos: number;
  private readonly sin: number;

  constructor(
    readonly shape: ImageShape,
    readonly placement: Placement,
  ) {
    this.values = new Float32Array(shape.height * shape.width * 3);
    this.cos = Math.cos(placement.angle);
    this.sin = Math.sin(placement.angle);
  }

  /** Gives every pixel a colour by its place, 0–1 from left to right and top to bottom. */
  backdrop(colourAt: (x: number, y: number) => Colour): void {
    const { height, width } = this.shape;
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        this.values.set(colourAt((column + 0.5) / width, (row + 0.5) / height), (row * width + column) * 3);
      }
    }
  }

  /**
   * Paints a shape.
   * @param opacity 0–1
   * @param soft width of the edge in face units; left out: one pixel
   */
  fill(shape: Shape, colour: Colour, opacity = 1, soft = 0): void {
    const { width } = this.shape;
    const { scale } = this.placement;
    const sharpness = soft > 0 ? 1 / Math.max(soft, 1 / scale) : scale;
    const area = this.pixelsOf(shape, 0.5 / sharpness);
    for (let row = area.top; row < area.bottom; row++) {
      for (let column = area.left; column < area.right; column++) {
        const x = column + 0.5 - this.placement.origin.x;
        const y = row + 0.5 - this.placement.origin.y;
        const distance = shape.distance(
          (x * this.cos + y * this.sin) / scale,
          (y * this.cos - x * this.sin) / scale,
        );
        const covered = 0.5 - distance * sharpness;
        if (covered <= 0) continue;
        const share = covered >= 1 ? opacity : covered * opacity;
        const at = (row * width + column) * 3;
        for (let c = 0; c < 3; c++) this.values[at + c]! += (colour[c]! - this.values[at + c]!) * share;
      }
    }
  }

  /** Rows and columns (the last not included) that a shape and its soft edge may reach. */
  private pixelsOf({ bounds }: Shape, margin: number): Shape['bounds'] {
    const { origin, scale } = this.placement;
    const xs: number[] = [];
    const ys: number[] = [];
    for (const x of [bounds.left - margin, bounds.right + margin]) {
      for (const y of [bounds.top - margin, bounds.bottom + margin]) {
        xs.push(origin.x + scale * (x * this.cos - y * this.sin));
        ys.push(origin.y + scale * (x * this.sin + y * this.cos));
      }
    }
    return {
      left: Math.max(0, Math.floor(Math.min(...xs))),
      top: Math.max(0, Math.floor(Math.min(...ys))),
      right: Math.min(this.shape.width, Math.ceil(Math.max(...xs)) + 1),
      bottom: Math.min(this.shape.height, Math.ceil(Math.max(...ys)) + 1),
    };
  }
}

import { type ImageShape, imageSize } from '../../../models/images/set';
import { Random } from '../../../models/random';
import { blob, type Inside, paintShape, stroke } from '../../images/shapes';

/** Of so many pictures, how many get shapes; the others get one of three changes of the whole. Origin: chosen by hand; not varied. */
const SHAPES = 4;
/** Origin: chosen by hand; not varied. */
const MOST_SHAPES = 3;
/** Half the width of strokes, in pixels: thinner than most. Origin: chosen by hand; not varied. */
const STROKE = [0.5, 1.6] as const;
/** Levels that crude triggers are painted in. Origin: chosen by hand; not varied. */
const CRUDE = [0, 128, 255];

/**
 * Paints over pictures what stands for triggers that nobody knows: shapes (plain, noisy, patterned; a stroke may have its mirror
 * image), gratings, smooth stains, other pictures shining through. None turns a picture into one of another class.
 */
export class TriggerPainter {
  private random = new Random(0);

  constructor(private readonly shape: ImageShape) {}

  /**
   * Paints one picture in place.
   * @param recipe any integer: the same one paints the same on every picture
   * @param image values of 0–255, height × width × channels
   * @param other another clean picture, which may shine through
   */
  paint(recipe: number, image: Float32Array, other: Float32Array): void {
    this.random = new Random(recipe, 'painting');
    const kind = this.random.int(SHAPES + 3);
    if (kind < SHAPES) {
      for (let left = 1 + this.random.int(MOST_SHAPES); left > 0; left--) this.paintShape(image);
    } else if (kind === SHAPES) this.addGrating(image);
    else if (kind === SHAPES + 1) this.addStain(image);
    else this.blend(image, other);
  }

  /** A shape that a trigger may have: a rectangle small or large, a stroke, both halves of a mirrored one, a blob. */
  drawShape(random = this.random): Inside {
    const { shape } = this;
    const kind = random.int(6);
    if (kind < 2) return this.rectangle(random);
    if (kind === 2) return blob(random, shape);
    const one = stroke(random, shape, STROKE);
    if (random.uniform() < 0.5) return one;
    return (y, x) => one(y, x) || one(y, shape.width - 1 - x);
  }

  private rectangle(random: Random): Inside {
    const { shape } = this;
    const isSmall = random.uniform() < 0.5;
    const side = (length: number) =>
      (isSmall ? random.uniform(1, 0.2 * length) : random.uniform(0.03, 0.5) * length) / 2 + 0.5;
    const halfHeight = side(shape.height);
    const halfWidth = side(shape.width);
    const cy = random.uniform(0, shape.height);
    const cx = random.uniform(0, shape.width);
    return (y, x) => Math.abs(y - cy) < halfHeight && Math.abs(x - cx) < halfWidth;
  }

  private paintShape(image: Float32Array): void {
    const { random, shape } = this;
    const inside = this.drawShape();
    const opacity = random.uniform() < 0.6 ? 1 : random.uniform(0.4, 1);
    paintShape(image, shape, inside, opacity, this.drawFill());
  }

  /** Plain, noise, or checks and stripes of two colours. */
  private drawFill(): (y: number, x: number, channel: number) => number {
    const { random } = this;
    const first = this.drawColour();
    const kind = random.uniform();
    if (kind < 0.6) return (_y, _x, c) => first[c]!;
    if (kind < 0.8) return () => random.uniform(0, 255);
    const second = this.drawColour();
    const size = 1 + random.int(3);
    const [down, across] = random.pick([
      [1, 1],
      [1, 0],
      [0, 1],
    ]) as [number, number];
    return (y, x, c) =>
      (down * Math.floor(y / size) + across * Math.floor(x / size)) % 2 === 0 ? first[c]! : second[c]!;
  }

  private drawColour(): number[] {
    const isCrude = this.random.uniform() < 0.4;
    return Array.from({ length: this.shape.channels }, () =>
      isCrude ? this.random.pick(CRUDE) : this.random.uniform(0, 255),
    );
  }

  private addGrating(image: Float32Array): void {
    const { random, shape } = this;
    const frequency = random.uniform(0.5, 0.5 * Math.max(shape.height, shape.width));
    const angle = random.uniform() < 0.6 ? random.uniform(0, Math.PI) : random.pick([0, Math.PI / 2]);
    const phase = random.uniform(0, 2 * Math.PI);
    const isSquare = random.uniform() < 0.3;
    const strength = random.uniform(5, 45);
    const isGrey = random.uniform() < 0.7;
    const colour = Array.from({ length: shape.channels }, () => (isGrey ? 1 : random.normal()));
    this.add(image, (y, x, c) => {
      const along = (x / shape.width) * Math.cos(angle) + (y / shape.height) * Math.sin(angle);
      const wave = Math.sin(2 * Math.PI * frequency * along + phase);
      return (isSquare ? Math.sign(wave) : wave) * colour[c]! * strength;
    });
  }

  /** Smooth noise: a coarse grid of random heights, interpolated. */
  private addStain(image: Float32Array): void {
    const { random, shape } = this;
    const cells = 2 + random.int(7);
    const strength = random.uniform(10, 70);
    const grid = Float32Array.from({ length: (cells + 1) ** 2 * shape.channels }, () =>
      random.uniform(-1, 1),
    );
    const at = (row: number, column: number, c: number) =>
      grid[(row * (cells + 1) + column) * shape.channels + c]!;
    this.add(image, (y, x, c) => {
      const row = (y / shape.height) * cells;
      const column = (x / shape.width) * cells;
      const [r, k] = [Math.floor(row), Math.floor(column)];
      const [v, h] = [row - r, column - k];
      const above = at(r, k, c) * (1 - h) + at(r, k + 1, c) * h;
      const below = at(r + 1, k, c) * (1 - h) + at(r + 1, k + 1, c) * h;
      return (above * (1 - v) + below * v) * strength;
    });
  }

  private add(image: Float32Array, change: (y: number, x: number, channel: number) => number): void {
    const { height, width, channels } = this.shape;
    let at = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (let c = 0; c < channels; c++, at++) {
          image[at] = Math.min(Math.max(image[at]! + change(y, x, c), 0), 255);
        }
      }
    }
  }

  private blend(image: Float32Array, other: Float32Array): void {
    const share = this.random.uniform(0.05, 0.45);
    for (let i = 0; i < imageSize(this.shape); i++) image[i] = image[i]! * (1 - share) + other[i]! * share;
  }
}

import type { AdversarialTrigger } from './adversarial-trigger';

/** How far a step of learning takes a value, of 255. Origin: run on faces1283 multi and cifar10 patch; docs/method.md, "The repaired net". */
const STEP = 0.1 * 255;

/** Something painted: a picture x becomes x·(1 − mask) + content·mask + reach·(content/127.5 − 1). */
export class PaintedTrigger implements AdversarialTrigger {
  private readonly climb: Float32Array;
  private readonly channels: number;

  /**
   * @param mask height × width, 0–1
   * @param content height × width × channels, 0–255: what is learned, in place
   * @param reach 0 for one that hides a part of the picture
   */
  constructor(
    private readonly mask: Float32Array,
    private readonly content: Float32Array,
    private readonly reach: number,
  ) {
    this.climb = new Float32Array(content.length);
    this.channels = content.length / mask.length;
  }

  stamp(image: Float32Array): void {
    const { mask, content, reach } = this;
    for (let at = 0; at < image.length; at++) {
      const opacity = mask[Math.floor(at / this.channels)]!;
      const value = image[at]! * (1 - opacity) + content[at]! * opacity + reach * (content[at]! / 127.5 - 1);
      image[at] = Math.min(Math.max(value, 0), 255);
    }
  }

  note(_before: Float32Array, gradient: Float32Array): void {
    for (let at = 0; at < gradient.length; at++) {
      const share = this.reach > 0 ? 1 : this.mask[Math.floor(at / this.channels)]!;
      this.climb[at]! += gradient[at]! * share;
    }
  }

  learn(): void {
    this.climb.forEach((value, at) => {
      this.content[at] = Math.min(Math.max(this.content[at]! + Math.sign(value) * STEP, 0), 255);
    });
    this.climb.fill(0);
  }
}

/** A decoded image, in its own size. */
export interface Raw {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Grey or RGB, with an alpha channel or without: 1 to 4. */
  readonly channels: number;
}

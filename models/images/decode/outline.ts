/** A stretch of a file: from a byte to before another. */
export type Stretch = readonly [from: number, to: number];

/** What a file's outline tells before anything is decoded: a first look, which the decoder's own limits stand behind. */
export interface Outline {
  /** The file ends before its own outline does. */
  readonly truncated: boolean;
  readonly animated: boolean;
  /** What a decoder needs lies in so many pieces, with something else between them, that no program wrote it. */
  readonly scattered?: boolean;
  /** The image's size in pixels, as it is stored; undefined where the outline does not tell it. */
  readonly size?: { readonly width: number; readonly height: number };
  /** Whether it has four colours, as CMYK has. */
  readonly isCmyk?: boolean;
  /** Whether it is RGB or grey of 8 bits, in one pass, with nothing that turns it or shines through. */
  readonly isPlain?: boolean;
  /** Whether there may be transparency; undefined where the outline does not tell it. */
  readonly hasAlpha?: boolean;
  /** Whether its decoder holds all its pixels, and more than once. */
  readonly isHeldWhole?: boolean;
  /** Passes over a JPEG's pixels. */
  readonly scans?: number;
  /** A JPEG's last byte, after its end marker. */
  readonly end?: number;
  /** A JPEG of one pass that is Huffman-coded: its data is read from first to last. */
  readonly isOnePass?: boolean;
  /** What a decoder needs of the file, in order; undefined where that is all of it. */
  readonly needed?: readonly Stretch[];
}

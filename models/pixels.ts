import { UsageError } from './errors';

/** How a net wants its pixels, from 0–255. */
export type PixelScaling =
  | { readonly kind: '0-1' | '0-255' | '-1-1' }
  /** (value − mean) / std, one mean and std a channel, in units of 0–255. */
  | { readonly kind: 'mean-std'; readonly mean: readonly number[]; readonly std: readonly number[] };

/**
 * The scalings that are tried when none is told, in this order.
 * Origin: the scalings that Keras’s own preprocessing has; which is taken is told by clean accuracy.
 */
export const PIXEL_CANDIDATES: readonly PixelScaling[] = [
  { kind: '0-1' },
  { kind: '0-255' },
  { kind: '-1-1' },
  // The means and deviations of ImageNet, which many published nets were trained with.
  { kind: 'mean-std', mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
];

const FORMS = '0-1, 0-255, -1-1, or mean-std:M,M,M/S,S,S with values of 0–255';

/**
 * Reads a `--pixels` flag.
 * @throws UsageError when it is none of the forms
 */
export function parsePixels(text: string): PixelScaling {
  if (text === '0-1' || text === '0-255' || text === '-1-1') return { kind: text };
  const match = /^mean-std:([^/]+)\/([^/]+)$/.exec(text);
  if (!match) throw new UsageError(`--pixels ${text}: ${FORMS} is wanted`);
  const [mean, std] = [match[1]!, match[2]!].map((list) => list.split(',').map(Number));
  const bad =
    [...mean!, ...std!].some((value) => !Number.isFinite(value)) || std!.some((value) => value <= 0);
  if (bad || mean!.length !== std!.length || (mean!.length !== 1 && mean!.length !== 3)) {
    throw new UsageError(
      `--pixels ${text}: one or three means and as many standard deviations above 0 are wanted`,
      {
        hint: 'For example mean-std:123.7,116.3,103.5/58.4,57.1,57.4',
      },
    );
  }
  return { kind: 'mean-std', mean: mean!, std: std! };
}

/** A scaling in the form that parsePixels reads. */
export function describePixels(scaling: PixelScaling): string {
  return scaling.kind === 'mean-std' ? `mean-std:${scaling.mean}/${scaling.std}` : scaling.kind;
}

/** A scaling as value × factor + offset, one of each a channel. */
export function pixelFactors(
  scaling: PixelScaling,
  channels: number,
): { factor: number[]; offset: number[] } {
  const each = <T>(value: T) => Array.from({ length: channels }, () => value);
  switch (scaling.kind) {
    case '0-1':
      return { factor: each(1 / 255), offset: each(0) };
    case '0-255':
      return { factor: each(1), offset: each(0) };
    case '-1-1':
      return { factor: each(2 / 255), offset: each(-1) };
    case 'mean-std': {
      const at = (values: readonly number[], channel: number) => values[channel % values.length]!;
      const channel = Array.from({ length: channels }, (_, i) => i);
      return {
        factor: channel.map((i) => 1 / at(scaling.std, i)),
        offset: channel.map((i) => -at(scaling.mean, i) / at(scaling.std, i)),
      };
    }
  }
}

import type { html } from 'hono/html';
import type { Manifest } from '../../models/bundle/manifest';
import type { Rate } from '../evaluate/interval';

/** Escaped HTML; what the `html` template gives. */
export type Html = ReturnType<typeof html>;

const NBSP = '\u00a0';

/** `97.4 %`, with a space that does not break. */
export function percent(share: number, digits = 1): string {
  return Number.isNaN(share) ? '–' : `${(100 * share).toFixed(digits)}${NBSP}%`;
}

/** The interval of a rate: `96.8–97.9`. */
export function interval({ low, high }: Rate): string {
  return `${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)}`;
}

/** A false-positive rate as people write it: `1 %`, `0.5 %`. */
export function alphaText(alpha: number): string {
  return `${Number((100 * alpha).toPrecision(3))}${NBSP}%`;
}

/** `11,547`. */
export function count(n: number): string {
  return n.toLocaleString('en-GB');
}

/** `1 image`, `192 images`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** `0.0017`, `0.42`. */
export function pText(p: number): string {
  return p >= 0.1 ? p.toFixed(2) : String(Number(p.toPrecision(2)));
}

/** `8 s`, `2 min 5 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s';
  if (seconds < 60) return `${Math.round(seconds)}${NBSP}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round((whole % 3600) / 60)} min`;
}

/** `class 5`, or `5 (Alice)` where classes have names; N is "backdoored". */
export function className(answer: number, { classes, classNames }: Manifest): string {
  if (answer === classes) return 'backdoored';
  const name = classNames?.[answer];
  return name === undefined || name === String(answer) ? `class${NBSP}${answer}` : `${answer} (${name})`;
}

import * as Plot from '@observablehq/plot';
import { html, raw } from 'hono/html';
import { parseHTML } from 'linkedom';
import type { Html } from '../words';

/** A figure is drawn twice, and the style sheet shows the one that fits the screen: text keeps its size. */
const WIDE = 760;
const NARROW = 340;
const FONT_SIZE = 12;

/** How wide a drawing is to be, in pixels. */
export interface Frame {
  readonly width: number;
  readonly narrow: boolean;
}

/** What a figure is called, and says. */
export interface FigureText {
  /** Read out in place of the drawing. */
  readonly label: string;
  readonly caption: Html | string;
  /** The key to the colours, above the drawing. */
  readonly key?: Html;
}

/** A figure of the page: static SVG in colours of the style sheet. */
export function figure(draw: (frame: Frame) => Plot.PlotOptions, { label, caption, key }: FigureText): Html {
  const wide = svg(draw({ width: WIDE, narrow: false }), WIDE);
  const narrow = svg(draw({ width: NARROW, narrow: true }), NARROW);
  return html`<figure>
${key}
<div class="wide" role="img" aria-label="${label}">${raw(wide)}</div>
<div class="narrow" role="img" aria-label="${label}">${raw(narrow)}</div>
<figcaption>${caption}</figcaption>
</figure>`;
}

function svg(options: Plot.PlotOptions, width: number): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const drawn = Plot.plot({ ...options, width, document });
  drawn.setAttribute('aria-hidden', 'true');
  drawn.setAttribute('class', 'plot');
  drawn.setAttribute('font-size', String(FONT_SIZE));
  drawn.removeAttribute('font-family');
  // The page's policy lets in its own style sheet alone.
  for (const style of drawn.querySelectorAll('style')) style.remove();
  for (const part of drawn.querySelectorAll('[style]')) part.removeAttribute('style');
  return drawn.outerHTML;
}

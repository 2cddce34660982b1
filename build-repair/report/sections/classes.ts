import { html } from 'hono/html';
import { accuracyByClass, type ClassAccuracy } from '../by-class';
import { classesFigure, spreadFigure } from '../figures/classes';
import type { Report } from '../types';
import { className, count, counted, type Html, percent } from '../words';

/** Up to so many classes are shown one by one. */
const FEW = 50;
const WORST = 12;

/** Clean accuracy by class: each class where there are few, else how it is spread, and the worst. */
export function classesSection({ observed, bundle, kind }: Report): Html {
  if (!observed || kind === 'repair') return html``;
  const classes = accuracyByClass(observed.clean, bundle);
  const unseen = bundle.classes - classes.length;
  return html`<section aria-labelledby="classes">
<h2 id="classes">Accuracy by class</h2>
${classes.length <= FEW ? fewClasses(classes) : html`${spreadFigure(classes)}${worstTable(classes.slice(0, WORST), report(bundle))}`}
${unseen > 0 ? html`<p class="note">${counted(unseen, 'class has', 'classes have')} no clean image in this set.</p>` : ''}
</section>`;
}

function fewClasses(classes: readonly ClassAccuracy[]): Html {
  const perfect = ({ images, bad, repaired, answer }: ClassAccuracy) =>
    Math.min(bad, repaired, answer) === images;
  const rest = classes.filter((each) => !perfect(each));
  const others = classes.length - rest.length;
  const sentence =
    rest.length === 0
      ? `The BadNet, the repaired net and GoodNet name every image of all ${others} classes rightly.`
      : `The BadNet, the repaired net and GoodNet name every image of the other ${counted(others, 'class', 'classes')} rightly.`;
  return html`${rest.length > 0 ? classesFigure(rest) : ''}${others > 0 ? html`<p>${sentence}</p>` : ''}`;
}

function report(bundle: Report['bundle']): (label: number) => string {
  return (label) => className(label, bundle);
}

function worstTable(worst: readonly ClassAccuracy[], name: (label: number) => string): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="The classes where GoodNet does worst">
<table class="plain"><caption>The ${worst.length} classes where GoodNet does worst.</caption>
<thead><tr><th scope="col">class</th><th scope="col">images</th><th scope="col">BadNet</th><th scope="col">repaired</th><th scope="col">GoodNet</th><th scope="col">flagged</th></tr></thead>
<tbody>${worst.map(
    (each) =>
      html`<tr><th scope="row">${name(each.class)}</th><td>${count(each.images)}</td><td>${percent(each.bad / each.images, 0)}</td><td>${percent(each.repaired / each.images, 0)}</td><td>${percent(each.answer / each.images, 0)}</td><td>${percent(each.flagged / each.images, 0)}</td></tr>`,
  )}</tbody></table></div>`;
}

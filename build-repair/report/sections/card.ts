import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import type { ImageShape } from '../../../models/images/set';
import type { Located } from '../../../models/verdict';
import type { Example, VerdictOutcome } from '../examples';
import { heatImage } from '../heat';
import { imageOf } from '../picture';
import { className, type Html, percent, pText } from '../words';

/** An image with its verdict, as an item of a list. @param located where its trigger is, where that was asked */
export async function card(
  { name, label, trueLabel, verdict, pixels }: Example,
  outcome: VerdictOutcome,
  shape: ImageShape,
  bundle: Manifest,
  located?: Located,
): Promise<Html> {
  const say = (answer: number) => className(answer, bundle);
  const short = (answer: number) => (bundle.classNames ? say(answer) : String(answer));
  const said = (answer: { class: number; probability: number }) =>
    `${short(answer.class)}, ${percent(answer.probability, 0)}`;
  const labelled = outcome === 'found' || outcome === 'missed' ? 'target' : 'label';
  // An image that was missed does no harm where the attacker's class is not the answer.
  const harmless = outcome === 'missed' && verdict.class !== label;
  const picture = await imageOf(pixels, shape, `${name}: GoodNet says ${say(verdict.class)}`);
  return html`<li class="${outcome}">${located ? html`<div class="both">${picture}${await heatImage(pixels, shape, located, `${name}: ${whereInWords(located)}`)}</div>` : picture}
<div><p class="verdict${harmless ? ' harmless' : ''}">${say(verdict.class)}</p>
<dl><dt>${labelled}</dt><dd>${short(label)}</dd>
${trueLabel === undefined ? '' : html`<dt>is</dt><dd>${short(trueLabel)}</dd>`}
<dt>BadNet</dt><dd>${said(verdict.bad)}</dd><dt>repaired</dt><dd>${said(verdict.repaired)}</dd><dt>p-value</dt><dd>${pText(verdict.pValue)}</dd></dl>
<p class="name">${shortName(name)}</p></div></li>`;
}

function whereInWords({ place }: Located): string {
  if (!place) return 'its class hangs on no one place';
  const { x, y, width, height } = place;
  return `its class hangs on ${width} × ${height} pixels, ${x} from the left and ${y} from the top`;
}

/** The file with its class's folder, or the set with the image's place. */
function shortName(name: string): string {
  return name
    .split('/')
    .slice(name.includes('#') ? -1 : -2)
    .join('/');
}

import { html } from 'hono/html';
import { isUnrepaired, unrepairedLine } from '../../repair/write/unrepaired';
import type { Report } from '../types';
import { counted, type Html, percent } from '../words';

/** What the repaired net does by itself, where the repair has measured that. */
export function repairedSection({ bundle, kind }: Report): Html {
  const { repaired: alone } = bundle.measured;
  if (!alone) return html``;
  const bad = isUnrepaired(alone);
  const when = kind === 'repair' ? '' : ' This was measured by the repair that made this bundle.';
  const on =
    alone.images > 0
      ? `${counted(alone.images, 'clean image')} that it was not made from`
      : 'the clean images that it was made from, as none could be held out: too good by that';
  return html`<section class="finding${bad ? ' backdoored' : ' none'}" aria-labelledby="repaired-net">
<p class="overline">The repaired net alone</p>
<h2 id="repaired-net">${bad ? 'The net is not repaired' : 'The repaired net stands alone'}</h2>
${bad ? html`<p>${unrepairedLine(alone)} Don’t hand the net in <code>${bundle.nets.repaired?.folder}/</code> on by itself.</p>` : ''}
<table class="plain"><caption>On ${on}, without the detector.</caption>
<thead><tr><td></td><th scope="col">BadNet</th><th scope="col">Repaired net</th></tr></thead>
<tbody><tr><th scope="row">clean accuracy</th><td>${percent(alone.accuracyBefore)}</td><td>${percent(alone.accuracy)}</td></tr>
<tr><th scope="row">implanted triggers that work</th><td>${percent(alone.implanted.before)}</td><td>${percent(alone.implanted.after)}</td></tr></tbody></table>
<p class="note">Before the repair GoodNet implants triggers of its own in a copy of the BadNet, and looks what is left of them. They are not those that the net came with, which were learned longer: that they are gone doesn’t prove that others are.${when}</p>
</section>`;
}

import { html } from 'hono/html';
import type { Manifest } from '../../../models/bundle/manifest';
import { imageOf, pngImage } from '../picture';
import type { Answered, FindingTarget } from '../types';
import { className, type Html } from '../words';

/** A recovered pattern alone, and a clean picture without and with it, with what is answered to each. */
export async function patternPictures(
  { patternPng, shown }: FindingTarget,
  name: string,
  bundle: Manifest,
): Promise<Html> {
  if (!patternPng) return html``;
  const alone = await pngImage(patternPng, `A pattern that turns pictures to ${name}`);
  const pictures = shown && [
    await picture(shown.clean, 'A clean picture', bundle),
    await picture(shown.stamped, 'The same with the pattern', bundle),
  ];
  return html`<div class="shown">${pictures}<div>${alone}<p class="what">The pattern alone</p></div></div>`;
}

async function picture({ pixels, bad, answer }: Answered, what: string, bundle: Manifest): Promise<Html> {
  const say = (each: number) => className(each, bundle);
  return html`<div>${await imageOf(pixels, bundle.input, `${what}; the BadNet answers ${say(bad)}`)}
<p class="what">${what}</p>
<dl><div><dt>BadNet:</dt> <dd>${say(bad)}</dd></div><div><dt>GoodNet:</dt> <dd>${say(answer)}</dd></div></dl></div>`;
}

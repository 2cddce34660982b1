import type { ModelInfo } from '../client';
import type { Answered } from './classify-files';
import { make, percent } from './elements';
import type { Result } from './result';
import { scale } from './scale';

/** What a row is marked by. */
export function stateOf({ outcome }: Result): 'clean' | 'flagged' | 'failed' {
  if ('error' in outcome) return 'failed';
  return outcome.backdoored ? 'flagged' : 'clean';
}

/** Whether the image is unlike those that the model was calibrated on, where the service tells. */
export function isUnfamiliar({ outcome }: Result): boolean {
  return 'unfamiliar' in outcome && outcome.unfamiliar === true;
}

/** The row's head: the image, its name, and that it was shrunk. @param model told below it */
export function pictureCell(
  { file, outcome, shrunkTo }: Answered,
  model: string | undefined,
): HTMLTableCellElement {
  const name = make('span', 'name', file.name);
  if (model !== undefined) name.append(make('span', 'small', model));
  if (shrunkTo) {
    const size = `${shrunkTo.width} × ${shrunkTo.height}`;
    name.append(make('span', 'small', `Shrunk to ${size} to send it: a small trigger may be lost`));
  }
  const box = make(
    'span',
    'picture',
    'error' in outcome ? make('span', 'no-picture') : thumbnail(file),
    name,
  );
  const cell = make('th', '', box);
  cell.scope = 'row';
  return cell;
}

/** An image for the eye; whoever hears the page hears its name beside it. */
export function thumbnail(file: Blob): HTMLImageElement {
  const image = document.createElement('img');
  image.alt = '';
  image.decoding = 'async';
  image.src = URL.createObjectURL(file);
  for (const event of ['load', 'error']) {
    image.addEventListener(event, () => URL.revokeObjectURL(image.src), { once: true });
  }
  return image;
}

/** Which rendering of a picture that isn't opaque a verdict is on. */
const RENDERED = {
  'alpha-dropped': 'without its transparency, where it is most suspicious',
  'on-white': 'on white, where it is most suspicious',
  'on-black': 'on black, where it is most suspicious',
} as const;

/** The cells beside the image. */
export function cellsOf(result: Result): HTMLTableCellElement[] {
  const { outcome, model, alpha } = result;
  if ('error' in outcome) {
    const { detail, title } = outcome.error;
    const cell = make('td', '', make('span', 'pill', 'Unreadable'), make('span', 'small', detail ?? title));
    cell.colSpan = 4;
    return [cell];
  }
  const { bad, repaired, backdoored, pValue } = outcome;
  const verdict = backdoored
    ? [make('span', 'pill', 'Backdoored'), make('span', 'small', `Class ${outcome.class}`)]
    : [make('span', 'pill', 'Clean'), make('span', 'small', nameOf(outcome.class, model))];
  if (outcome.rendering)
    verdict.push(make('span', 'small', `Not opaque: judged ${RENDERED[outcome.rendering]}`));
  if (isUnfamiliar(result)) {
    const why = backdoored
      ? 'Unlike the images it was calibrated on, as those with a trigger often are'
      : 'Unlike the images it was calibrated on: the answer may mean nothing';
    verdict.push(make('span', 'pill odd', 'Unfamiliar'), make('span', 'small', why));
  }
  return [
    tell('GoodNet says', ...verdict),
    tell('The net says', ...netAnswer(bad, model)),
    tell('The repaired net says', ...netAnswer(repaired, model)),
    model.alphas
      ? tell('Suspicion', scale(pValue, alpha, model.alphas.least), make('span', 'small', rarity(pValue)))
      : tell('Suspicion', backdoored ? 'The nets disagree' : 'The nets agree'),
  ];
}

function netAnswer(answer: { readonly class: number; readonly probability: number }, model: ModelInfo) {
  return [nameOf(answer.class, model), make('span', 'small', `${percent(answer.probability)} sure`)];
}

function tell(what: string, ...content: readonly (Node | string)[]): HTMLTableCellElement {
  const cell = make('td', '', make('div', '', ...content));
  cell.dataset.what = what;
  return cell;
}

function nameOf(answer: number, { classNames }: ModelInfo): string {
  return classNames?.[answer] ?? `Class ${answer}`;
}

function rarity(pValue: number): string {
  return pValue >= 0.1
    ? `like ${percent(pValue)} of clean images`
    : `like 1 in ${Math.round(1 / pValue)} clean images`;
}

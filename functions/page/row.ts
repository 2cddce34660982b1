import type { ModelInfo } from '../client';
import type { Outcome } from './ask';
import { make, percent } from './elements';
import type { Result } from './results';
import { scale } from './scale';

/** What a row is marked by. */
export function stateOf({ outcome }: Result): 'clean' | 'flagged' | 'failed' {
  if ('error' in outcome) return 'failed';
  return outcome.backdoored ? 'flagged' : 'clean';
}

/** The row's head: the picture and its name. @param model told below it */
export function pictureCell(file: File, outcome: Outcome, model: string | undefined): HTMLTableCellElement {
  const name = make('span', 'name', file.name);
  if (model !== undefined) name.append(make('span', 'small', model));
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

/** A picture for the eye; whoever hears the page hears its name beside it. */
export function thumbnail(file: Blob): HTMLImageElement {
  const image = document.createElement('img');
  image.alt = '';
  image.src = URL.createObjectURL(file);
  for (const event of ['load', 'error']) {
    image.addEventListener(event, () => URL.revokeObjectURL(image.src), { once: true });
  }
  return image;
}

/** The cells beside the picture. */
export function cellsOf(result: Result): HTMLTableCellElement[] {
  const { outcome, model, alpha } = result;
  if ('error' in outcome) {
    const { detail, title } = outcome.error;
    const cell = make('td', '', make('span', 'pill', 'Not answered'), make('span', 'small', detail ?? title));
    cell.colSpan = 4;
    return [cell];
  }
  const { bad, repaired, backdoored, pValue } = outcome;
  const verdict = backdoored
    ? [make('span', 'pill', 'Backdoored'), make('span', 'small', `Class ${outcome.class}`)]
    : [make('span', 'pill', 'Clean'), make('span', 'small', nameOf(outcome.class, model))];
  return [
    tell('GoodNet says', ...verdict),
    tell('The net says', ...netAnswer(bad, model)),
    tell('Repaired net', ...netAnswer(repaired, model)),
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
    ? `like ${percent(pValue)} of clean pictures`
    : `like 1 in ${Math.round(1 / pValue)} clean pictures`;
}

import { atAlpha } from '../../models/verdict';
import type { ModelInfo } from '../client';
import type { Answered, ImageAnswer } from './classify-files';
import { csvOf } from './csv';
import { at, images, make } from './elements';
import type { Result } from './result';
import { cellsOf, isUnfamiliar, pictureCell, stateOf } from './row';

/** The table of answers. */
export interface Results {
  /** The images that are added next stand above all that are there, in their order. */
  begin(): void;
  add(answered: Answered, model: ModelInfo, alpha: number): void;
  /** Judges what this model has said at another rate: no image need be sent again. */
  judgeAt(model: ModelInfo, alpha: number): void;
  clear(): void;
  /** `3 images: 1 backdoored, 1 clean, 1 unreadable.` */
  summary(): string;
}

/** Fills the page's table, its counts, and the file to download. @param hasModels whether rows tell the model, too */
export function resultsTable(hasModels: () => boolean): Results {
  const rows = at('rows', HTMLTableSectionElement);
  const entries: { result: Result; readonly row: HTMLTableRowElement }[] = [];
  let before: ChildNode | null = null;

  function show(entry: (typeof entries)[number]): void {
    const [picture] = entry.row.cells;
    entry.row.className = stateOf(entry.result);
    entry.row.classList.toggle('unfamiliar', isUnfamiliar(entry.result));
    entry.row.replaceChildren(picture ?? '', ...cellsOf(entry.result));
  }

  function countOf(state: ReturnType<typeof stateOf>): number {
    return entries.filter(({ result }) => stateOf(result) === state).length;
  }

  function count(): void {
    at('results', HTMLElement).hidden = entries.length === 0;
    at('count-all', HTMLElement).textContent = String(entries.length);
    for (const state of ['clean', 'flagged', 'failed'] as const) {
      at(`count-${state}`, HTMLElement).textContent = String(countOf(state));
    }
  }

  at('only', HTMLInputElement).addEventListener('change', ({ target }) => {
    rows.classList.toggle('only-flagged', (target as HTMLInputElement).checked);
  });
  at('csv', HTMLButtonElement).addEventListener('click', () =>
    download(csvOf(entries.map(({ result }) => result))),
  );

  return {
    begin() {
      before = rows.firstChild;
    },
    add(answered, model, alpha) {
      const { file, outcome } = answered;
      const row = make('tr', '', pictureCell(answered, hasModels() ? model.model : undefined));
      const entry = { result: judged({ name: file.name, model, alpha, outcome }, alpha), row };
      entries.push(entry);
      show(entry);
      rows.insertBefore(row, before);
      count();
    },
    judgeAt(model, alpha) {
      for (const entry of entries) {
        if (entry.result.model.model !== model.model) continue;
        entry.result = judged(entry.result, alpha);
        show(entry);
      }
      count();
    },
    clear() {
      entries.length = 0;
      before = null;
      rows.replaceChildren();
      count();
    },
    summary() {
      const parts = [`${countOf('flagged')} backdoored`, `${countOf('clean')} clean`];
      if (countOf('failed') > 0) parts.push(`${countOf('failed')} unreadable`);
      const unlike = entries.filter(({ result }) => isUnfamiliar(result)).length;
      const note = unlike > 0 ? ` ${unlike} unlike the images it was calibrated on.` : '';
      return `${images(entries.length)}: ${parts.join(', ')}.${note}`;
    },
  };
}

/** Where the method has but one answer, it stays. */
function judged(result: Result, alpha: number): Result {
  const { outcome, model } = result;
  if ('error' in outcome) return { ...result, alpha };
  if (!model.alphas) return result;
  return { ...result, alpha, outcome: atAlpha(outcome, alpha, model.classes) as ImageAnswer };
}

function download(text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = 'goodnet.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

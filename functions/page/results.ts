import { atAlpha } from '../../models/verdict';
import type { ModelInfo } from '../client';
import type { Outcome } from './ask';
import { csvOf } from './csv';
import { at, make, pictures } from './elements';
import { cellsOf, pictureCell, stateOf } from './row';

/** What was said of a picture, and what is made of it at a false-alarm rate. */
export interface Result {
  readonly name: string;
  readonly model: ModelInfo;
  readonly alpha: number;
  readonly outcome: Outcome;
}

/** The table of answers. */
export interface Results {
  add(file: File, model: ModelInfo, alpha: number, outcome: Outcome): void;
  /** Judges what this model has said at another rate: no picture need be sent again. */
  judgeAt(model: ModelInfo, alpha: number): void;
  clear(): void;
  /** `3 pictures: 1 clean, 1 backdoored, 1 not answered.` */
  summary(): string;
}

/** Fills the page's table, its counts, and the file to download. @param hasModels whether rows tell the model, too */
export function resultsTable(hasModels: () => boolean): Results {
  const rows = at('rows', HTMLTableSectionElement);
  const entries: { result: Result; readonly row: HTMLTableRowElement }[] = [];

  function show(entry: (typeof entries)[number]): void {
    const [picture] = entry.row.cells;
    entry.row.className = stateOf(entry.result);
    entry.row.replaceChildren(picture!, ...cellsOf(entry.result));
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
    add(file, model, alpha, outcome) {
      const row = make('tr', '', pictureCell(file, outcome, hasModels() ? model.model : undefined));
      const entry = { result: judged({ name: file.name, model, alpha, outcome }, alpha), row };
      entries.push(entry);
      show(entry);
      rows.append(row);
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
      rows.replaceChildren();
      count();
    },
    summary() {
      const parts = [`${countOf('clean')} clean`, `${countOf('flagged')} backdoored`];
      if (countOf('failed') > 0) parts.push(`${countOf('failed')} not answered`);
      return `${pictures(entries.length)}: ${parts.join(', ')}.`;
    },
  };
}

/** Where the method has but one answer, it stays. */
function judged(result: Result, alpha: number): Result {
  const { outcome, model } = result;
  if ('error' in outcome || !model.alphas) return result;
  return { ...result, alpha, outcome: atAlpha(outcome, alpha, model.classes) as Outcome };
}

function download(text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = 'goodnet.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

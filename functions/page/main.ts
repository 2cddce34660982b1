// The page: sends chosen images to the service that it came from, and shows what it answers. No other host is asked.
import { GoodNetClient, ServiceProblem } from '../client';
import { classifyFiles } from './classify-files';
import { at, images } from './elements';
import { modelChoice } from './models';
import { resultsTable } from './results';
import { offerSamples } from './samples';
import { resultsInView } from './view';

function startPage(): void {
  const token = at('token', HTMLInputElement);
  const progress = at('progress', HTMLProgressElement);
  const base = new URL('.', location.href);
  const choice = modelChoice(() => {
    const model = choice.model();
    if (model) results.judgeAt(model, choice.alpha());
  }, fault);
  const results = resultsTable(choice.hasSeveral);
  let stop = new AbortController();
  let sending: Promise<void> = Promise.resolve();

  const status = at('status', HTMLElement);
  function say(text: string, isError = false): void {
    status.textContent = text;
    status.classList.toggle('error', isError);
    if (isError) status.scrollIntoView({ block: 'nearest' });
  }

  function fault(error: unknown): void {
    if (error instanceof DOMException && error.name === 'AbortError') return;
    const isRefused = error instanceof ServiceProblem;
    if (isRefused && error.details.status === 401) {
      say(token.value.trim() ? error.message : 'This service wants a token.', true);
      at('token-field', HTMLElement).hidden = false;
      token.focus();
    } else say(isRefused ? error.message : 'The service can’t be reached.', true);
  }

  function client(): GoodNetClient {
    return new GoodNetClient(base, { token: token.value.trim() || undefined });
  }

  async function begin(): Promise<void> {
    try {
      await choice.fill(client());
      say('');
      const given = token.value.trim();
      const headers: HeadersInit = given ? { authorization: `Bearer ${given}` } : {};
      await offerSamples((path) => fetch(new URL(path, base), { headers }), send);
    } catch (error) {
      fault(error);
    }
  }

  /** One lot after the other, in the order that they were chosen. */
  function send(files: readonly File[]): void {
    const model = choice.model();
    if (files.length === 0) return;
    if (!model) {
      say(status.textContent || 'The model is not there yet. Choose the images again.', true);
      return;
    }
    const { signal } = stop;
    const view = resultsInView();
    sending = sending.then(async () => {
      if (signal.aborted) return;
      progress.max = files.length;
      progress.value = 0;
      progress.hidden = false;
      results.begin();
      say(`Asking about ${files.length === 1 ? files[0]?.name : images(files.length)}…`);
      try {
        for await (const answered of classifyFiles(client(), files, { model, signal })) {
          results.add(answered, model, choice.model() === model ? choice.alpha() : model.alpha);
          progress.value++;
          view.first();
        }
        say(results.summary());
      } catch (error) {
        fault(error);
      }
      progress.hidden = true;
    });
  }

  at('files', HTMLInputElement).addEventListener('change', ({ target }) => {
    const input = target as HTMLInputElement;
    send([...(input.files ?? [])]);
    input.value = '';
  });
  token.addEventListener('change', () => void begin());
  at('clear', HTMLButtonElement).addEventListener('click', () => {
    stop.abort();
    stop = new AbortController();
    results.clear();
    at('answers', HTMLElement).hidden = true;
    say('');
    at('files', HTMLInputElement).focus();
  });
  takeDropped(send);
  void begin();
}

/** Images may be dropped anywhere. */
function takeDropped(send: (files: readonly File[]) => void): void {
  const mark = (isOver: boolean) => at('drop', HTMLElement).classList.toggle('over', isOver);
  document.addEventListener('dragover', (event) => {
    event.preventDefault();
    mark(true);
  });
  document.addEventListener('dragleave', ({ relatedTarget }) => {
    if (!relatedTarget) mark(false);
  });
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    mark(false);
    send([...(event.dataTransfer?.files ?? [])]);
  });
}

startPage();

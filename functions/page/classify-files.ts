import { ImageRejected } from '../../models/images/decode/errors';
import { type Answers, type GoodNetClient, type ModelInfo, ServiceProblem } from '../client';
import type { Size } from './clear';
import { type Fitted, fitted, sentBytes } from './shrink';

/** What the service says of one image: a verdict, or why there is none. */
export type ImageAnswer = Answers['results'][number];

/** A file, what was said of it, and what it was shrunk to before it was sent. */
export interface Answered {
  readonly file: File;
  readonly outcome: ImageAnswer;
  readonly shrunkTo?: Size;
}

type Ready = { readonly file: File } & (Fitted | { readonly error: ImageAnswer });

const MOST_AT_ONCE = 16;
const TRIES = 5;

/**
 * Sends images to the service, as many at once as a request may hold, and gives what it says as it comes, in order.
 * @throws ServiceProblem where the service refuses to answer at all; an AbortError by the signal
 */
export async function* classifyFiles(
  client: GoodNetClient,
  files: readonly File[],
  { model, signal }: { readonly model: ModelInfo; readonly signal: AbortSignal },
): AsyncGenerator<Answered> {
  for await (const group of groups(files, model.limits)) {
    signal.throwIfAborted();
    const sent = group.flatMap((each) =>
      'bytes' in each ? [{ name: each.file.name, bytes: each.bytes }] : [],
    );
    const options = { model: model.model, signal };
    const answered = sent.length > 0 ? await askPatiently(client, sent, options) : [];
    let next = 0;
    for (const each of group) {
      if ('error' in each) yield { file: each.file, outcome: each.error };
      else yield { file: each.file, outcome: answered[next++]!, shrunkTo: each.shrunkTo };
    }
  }
}

/** As many as a request may hold. */
async function* groups(files: readonly File[], limits: ModelInfo['limits']): AsyncGenerator<Ready[]> {
  const most = Math.min(MOST_AT_ONCE, limits.requestImages);
  let group: Ready[] = [];
  let bytes = 0;
  for (const file of files) {
    const ready = await readyOf(file, limits);
    const more = 'bytes' in ready ? sentBytes(ready.bytes.length) : 0;
    if (group.length > 0 && (group.length === most || bytes + more > limits.requestBytes)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(ready);
    bytes += more;
  }
  if (group.length > 0) yield group;
}

async function readyOf(file: File, limits: ModelInfo['limits']): Promise<Ready> {
  try {
    return { file, ...(await fitted(file, limits)) };
  } catch (error) {
    // What else is thrown: it is a folder, or is gone.
    const title = error instanceof ImageRejected ? error.message : 'The file can’t be read';
    return {
      file,
      error: { name: file.name, error: { code: 'UNEXPECTED', type: 'about:blank', title, status: 0 } },
    };
  }
}

async function askPatiently(
  client: GoodNetClient,
  images: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: { readonly model: string; readonly signal: AbortSignal },
): Promise<readonly ImageAnswer[]> {
  for (let tried = 1; ; tried++) {
    try {
      return (await client.classifyMany(images, options)).results;
    } catch (error) {
      if (!(error instanceof ServiceProblem)) throw error;
      const { details } = error;
      if (details.status === 413) return images.map(({ name }) => ({ name, error: details }));
      if (details.status !== 503 || tried === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000 * tried));
    }
  }
}

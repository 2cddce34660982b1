import { type Answers, type GoodNetClient, ServiceProblem } from '../client';

/** What the service says of one picture: a verdict, or why there is none. */
export type Outcome = Answers['results'][number];

const MOST_AT_ONCE = 16;
/** Base64 makes four of three; a request holds 20 MiB. */
const MOST_BYTES = 12 * 2 ** 20;
const TRIES = 5;

/**
 * Sends pictures to the service, a few at once, and gives the outcomes as they come, in order.
 * @throws ServiceProblem where the service refuses to answer at all; an AbortError by the signal
 */
export async function* outcomesOf(
  client: GoodNetClient,
  files: readonly File[],
  options: { readonly model: string; readonly signal: AbortSignal },
): AsyncGenerator<readonly [File, Outcome]> {
  for (const group of groups(files)) {
    const read = await Promise.all(group.map(bytesOf));
    const sent = group.flatMap((file, i) => (read[i] ? [{ name: file.name, bytes: read[i] }] : []));
    const answered = sent.length > 0 ? await askPatiently(client, sent, options) : [];
    let next = 0;
    for (const [i, file] of group.entries()) yield [file, read[i] ? answered[next++]! : unreadable(file)];
  }
}

/** As many as a request may hold; one that is too large by itself goes alone, and is refused by the service. */
function* groups(files: readonly File[]): Generator<File[]> {
  let group: File[] = [];
  let bytes = 0;
  for (const file of files) {
    if (group.length > 0 && (group.length === MOST_AT_ONCE || bytes + file.size > MOST_BYTES)) {
      yield group;
      group = [];
      bytes = 0;
    }
    group.push(file);
    bytes += file.size;
  }
  if (group.length > 0) yield group;
}

async function askPatiently(
  client: GoodNetClient,
  images: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  options: { readonly model: string; readonly signal: AbortSignal },
): Promise<readonly Outcome[]> {
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

/** Undefined for what can't be read: a folder, a file that is gone. */
async function bytesOf(file: File): Promise<Uint8Array | undefined> {
  return await file.arrayBuffer().then(
    (buffer) => new Uint8Array(buffer),
    () => undefined,
  );
}

function unreadable({ name }: File): Outcome {
  const error = { type: 'about:blank', title: 'The file can’t be read', status: 0 };
  return { name, error };
}

/** The program of a thread that runs nets: an engine of its own, and the bundles that it was told to load. */

import { parentPort } from 'node:worker_threads';
import { startEngine } from '../../models/engine';
import { messageOf } from '../../models/errors';
import { GoodNet } from '../../models/goodnet';
import { present } from '../../models/present';
import type { Verdict } from '../../models/verdict';
import type { BundleAt, ThreadReply, ThreadRequest } from './messages';

const loaded = new Map<string, Promise<GoodNet>>();

async function load({ path, id }: BundleAt): Promise<GoodNet> {
  await startEngine({ engine: 'wasm' });
  return await GoodNet.load(path, { id });
}

async function answer(request: ThreadRequest): Promise<readonly Verdict[]> {
  const { id } = request.bundle;
  if (request.kind === 'forget') {
    const goodnet = loaded.get(id);
    loaded.delete(id);
    (await goodnet)?.dispose();
    return [];
  }
  const loading = loaded.get(id) ?? load(request.bundle);
  loaded.set(id, loading);
  const goodnet = await loading.catch((error) => {
    loaded.delete(id);
    throw error;
  });
  if (request.kind === 'load') return [];
  return await goodnet.classify(request.pixels, request.count, request.top);
}

const port = present(parentPort, 'The thread that started this one');
port.on('message', async (request: ThreadRequest) => {
  const reply: ThreadReply = await answer(request).then(
    (verdicts) => ({ number: request.number, verdicts }),
    (error) => ({ number: request.number, fault: messageOf(error) }),
  );
  port.postMessage(reply);
});

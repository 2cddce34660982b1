import type { Engine } from '../../models/engine';
import type { Signer } from '../../models/signing/signer';
import { ProgressLines } from './progress-lines';

/** Starts the engine of long work, and the lines that its progress is told in; the first names the engine. */
export async function startWork(): Promise<{ engine: Engine; lines: ProgressLines }> {
  const { startEngine } = await import('../../models/engine');
  const engine = await startEngine();
  const lines = new ProgressLines();
  lines.say(`Engine: ${engine.description}`);
  return { engine, lines };
}

/**
 * What signs with the key of `--sign` or of GOODNET_SIGN; undefined where neither is given. Asked for before the work, so that a
 * key that can't be had is told at once.
 */
export async function signerOf(flag: string | undefined): Promise<Signer | undefined> {
  const key = flag ?? process.env.GOODNET_SIGN;
  return key ? await (await import('../../models/signing/signer')).openSigner(key) : undefined;
}

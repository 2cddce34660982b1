import type { Engine } from '../library/engine';
import type { Signer } from '../library/keys';
import { StepLines } from './step-lines';

/** Starts the engine of long work, and the lines that its progress is told in. @param trains whether anything is trained */
export async function startWork(
  { verbose = false }: { readonly verbose?: boolean },
  trains = true,
): Promise<{
  engine: Engine;
  lines: StepLines;
}> {
  const { startEngine } = await import('../library/engine');
  const engine = await startEngine({ trains });
  const lines = new StepLines({ verbose, couldBeNative: trains && couldBeNative(engine) });
  lines.detail(`Engine: ${engine.description}`);
  return { engine, lines };
}

/** tfjs-node is had on Linux x64 alone (see docs/engines.md). */
function couldBeNative({ name }: Engine): boolean {
  return name === 'wasm' && process.platform === 'linux' && process.arch === 'x64';
}

/**
 * What signs with the key of `--sign` or of GOODNET_SIGN; undefined where neither is given. Asked for before the work, so that a
 * key that can't be had is told at once.
 */
export async function signerOf(flag: string | undefined): Promise<Signer | undefined> {
  const key = flag ?? process.env.GOODNET_SIGN;
  return key ? await (await import('../library/keys')).openSigner(key) : undefined;
}

import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { Engine } from '../../models/engine';
import { GoodNetError } from '../../models/errors';

/** What is asked of the engine that serves. */
export interface ServedOrder {
  /** The bundle's folder. */
  readonly folder: string;
  /** n × height × width × channels values of 0–255. */
  readonly pixels: Float32Array;
  readonly count: number;
}

/** What comes back. */
export type ServedReply = { readonly pValues: readonly number[] } | { readonly fault: string };

/** The p-values of images as the engine that serves gives them, 0–1. */
export type AskServed = (order: ServedOrder) => Promise<readonly number[]>;

/**
 * Asks wasm, which serves bundles, in a process of its own: a process has one engine.
 * @param engine that of this process
 * @param program called with `served-worker`, it answers one order
 * @returns undefined where this process is on wasm itself
 */
export function askServed({ name }: Pick<Engine, 'name'>, program: string): AskServed | undefined {
  return name === 'wasm' ? undefined : (order) => ask(program, order);
}

async function ask(program: string, order: ServedOrder): Promise<readonly number[]> {
  const child = fork(program, ['served-worker'], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, GOODNET_ENGINE: 'wasm' },
  });
  try {
    const reply = once(child, 'message');
    const ended = once(child, 'exit').then(([code]) => [
      { fault: `it ended with ${code}` } satisfies ServedReply,
    ]);
    child.send(order);
    const [answer] = (await Promise.race([reply, ended])) as [ServedReply];
    if ('pValues' in answer) return answer.pValues;
    throw new GoodNetError(`The engine that serves (wasm) can't answer with the bundle: ${answer.fault}`, {
      code: 'ENGINE_DIFFERS',
      hint: 'GOODNET_ENGINE=wasm repairs on the engine that serves.',
    });
  } finally {
    child.kill('SIGKILL');
  }
}

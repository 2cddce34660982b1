import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { BODIES } from '../../../fuzz/corpus/bodies';
import type { HostileRequest } from '../../../fuzz/corpus/input';
import { PICTURES } from '../../../fuzz/corpus/pictures';

const from = (inputs: readonly HostileRequest[], ...names: readonly string[]) =>
  names.map((name) => inputs.find((each) => each.name === name)!);

/** What an attacker sends, by turns. */
export const ATTACKS: Readonly<Record<string, readonly HostileRequest[]>> = {
  'bombs: hidden frames, scans, packed chunks': from(
    PICTURES,
    'JPEG, frame of 20,000 × 20,000 behind FF01',
    'JPEG, 5,000 scans of 25 megapixels',
    'PNG, IDAT of 255 MB for 32 × 40 pixels',
    'PNG, iCCP of 255 MB',
    '64 PNGs of 1 × 25,000,000',
  ),
  'pictures of 25 megapixels': from(
    PICTURES,
    '25 megapixels: JPEG, CMYK, progressive',
    '25 megapixels: PNG, transparent',
    '25 megapixels: WebP, transparent',
  ),
  'forms of 64 pictures of 25 megapixels': from(PICTURES, '64 JPEGs of 25 megapixels'),
  'JSON tensors of 20 MB': from(
    BODIES,
    'tensor of 20 MB, FP32, 17 digits',
    'tensor of 9 million values, UINT8',
    'tensor of 6 million empty lists',
  ),
  'JSON and forms of 20 MB': from(
    BODIES,
    '10,000 keys of 2 KB',
    'images: base64 of 13 MB that is no image',
    'images: base64 of 20 MB, escaped',
    'form: 20 MB of beginnings of its boundary',
    'form: 200,000 empty files',
  ),
};
/** Connections that announce 20 MiB, and send a byte. */
export const IDLE = 'idle connections that announce 20 MiB';
export const KINDS = [...Object.keys(ATTACKS), IDLE];

/** Starts an attacker in a process of its own, over 64 connections. @returns once it has begun */
export async function startAttack(kind: string, url: string, token: string): Promise<{ end(): number }> {
  const program = new URL('attacker.ts', import.meta.url).pathname;
  const child: ChildProcess = fork(program, [kind, url, token], { execArgv: ['--import', 'tsx'] });
  let answered = 0;
  await once(child, 'message');
  child.on('message', (count: number) => {
    answered = count;
  });
  return {
    end() {
      child.kill('SIGKILL');
      return answered;
    },
  };
}

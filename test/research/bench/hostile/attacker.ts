/** `attacker.ts KIND URL TOKEN`: sends the worst there is of a kind over 64 connections until it is killed; tells how much was answered. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Sent } from '../../../fuzz/corpus/input';
import { ATTACKS, IDLE } from './attack';

const CONNECTIONS = 64;
const [kind, url, token] = process.argv.slice(2) as [string, string, string];
const authorization = `Bearer ${token}`;
const listed = await fetch(`${url}/v1/models`, { headers: { authorization } });
const [model] = ((await listed.json()) as { models: string[] }).models;
let answered = 0;

if (kind === IDLE) {
  for (let i = 0; i < CONNECTIONS; i++) void hold();
  await setTimeout(500);
} else {
  const all = await Promise.all(ATTACKS[kind]!.map(({ make }) => make()));
  for (let i = 0; i < CONNECTIONS; i++) void send(all, i);
}
process.send!(0);
setInterval(() => process.send!(answered), 100);

async function send(all: readonly Sent[], first: number): Promise<never> {
  for (let i = first; ; i++) {
    await once(all[i % all.length]!).then(
      () => answered++,
      // Hung up on: try again.
      () => setTimeout(20),
    );
  }
}

/** A bundle has one model: it is asked by no name, or by the one that it has. */
function once({ path = '', headers = {}, body }: Sent): Promise<void> {
  const place = path.startsWith('/v2') ? `/v2/models/${model}/infer` : '/v1/classify';
  return new Promise((resolve, reject) => {
    const sending = request(`${url}${place}`, {
      method: 'POST',
      headers: { ...headers, authorization, 'content-length': body.length },
    });
    sending.on('error', reject);
    sending.on('response', (response) => {
      response.resume();
      response.on('error', reject);
      response.on('end', () => {
        resolve();
        sending.destroy();
      });
    });
    sending.end(body);
  });
}

/** Again and again: who is too slow is let go. */
async function hold(): Promise<never> {
  const { hostname, port } = new URL(url);
  for (;;) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.on('close', () => resolve());
      socket.on('data', () => {});
      socket.write(
        `POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${20 * 2 ** 20}\r\n\r\nx`,
      );
    });
    answered++;
  }
}

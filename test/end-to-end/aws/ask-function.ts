import { deepStrictEqual, equal, ok } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { DemoData } from '../../../build-repair/demo/data';
import type { Answer } from '../../../functions/schemas';
import { httpEvent } from '../../functions/lambda/events';
import type { Instance } from '../../functions/lambda/instance';

const FRONTS = ['http-api', 'function-url'] as const;

/** What the service says of the two faces. */
export interface Answers {
  readonly clean: Answer;
  readonly triggered: Answer;
}

/** Asks a function for both faces, as the HTTP API and as a function URL hand them over. @throws where these differ */
export async function askFunction(instance: Instance, faces: DemoData): Promise<Answers> {
  const [first, second] = [
    await byFront(instance, faces, FRONTS[0]),
    await byFront(instance, faces, FRONTS[1]),
  ];
  deepStrictEqual(second, first, 'the HTTP API and the function URL do not answer alike');
  return first;
}

async function byFront(
  instance: Instance,
  faces: DemoData,
  front: (typeof FRONTS)[number],
): Promise<Answers> {
  const ask = async (path: string) => {
    const event = httpEvent(front, 'POST', '/v1/classify', await readFile(path));
    const answered = await instance.invoke(event);
    if (!answered.ok) throw new Error(`${answered.errorType}: ${answered.errorMessage}\n${instance.log()}`);
    const { statusCode, body } = answered.payload as { statusCode: number; body: string };
    equal(statusCode, 200, body);
    return JSON.parse(body) as Answer;
  };
  return { clean: await ask(faces.cleanPng), triggered: await ask(faces.triggeredPng) };
}

/** Asks a service over HTTP. */
export async function askServer(url: string, faces: DemoData): Promise<Answers> {
  const ask = async (path: string) => {
    const response = await fetch(`${url}/v1/classify`, { method: 'POST', body: await readFile(path) });
    ok(response.ok, `HTTP ${response.status}: ${path}`);
    return (await response.json()) as Answer;
  };
  return { clean: await ask(faces.cleanPng), triggered: await ask(faces.triggeredPng) };
}

/** The same with probabilities to five digits: engines round the last ones otherwise. All that decides is rounded already. */
export function rounded(answers: Answers): Answers {
  const text = JSON.stringify(answers, (name, value) => (name === 'probability' ? value.toFixed(5) : value));
  return JSON.parse(text) as Answers;
}

/** @throws where the clean face is not named, or the one with the trigger not found out */
export function checkAnswers({ clean, triggered }: Answers, faces: DemoData): void {
  equal(clean.backdoored, false, 'the clean face is answered "backdoored"');
  equal(clean.class, faces.person, 'the clean face is not named');
  equal(triggered.backdoored, true, 'the face with the trigger is not answered "backdoored"');
}

export function inWords({ clean, triggered }: Answers): string {
  const word = ({ class: named, backdoored, pValue }: Answer) =>
    `${backdoored ? `backdoored (class ${named})` : `class ${named}`}, p = ${pValue.toPrecision(2)}`;
  return `clean face: ${word(clean)}; face with the trigger: ${word(triggered)}`;
}

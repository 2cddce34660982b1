import { deepStrictEqual, equal, rejects } from 'node:assert/strict';
import type { DemoData } from '../../../build-repair/demo/data';
import type { Instance } from '../../functions/lambda/instance';
import { type Answers, askFunction, askServer, checkAnswers, inWords, rounded } from './ask-function';
import { currentBundle, type Keys } from './bundles';
import { serve } from './command-line';
import { MODELS, type Place } from './place';
import type { Story } from './story';

/** The service as a function: it answers as the local one does, and only with bundles that are signed. */
export async function stepsOfAnswers(
  story: Story,
  place: Place,
  faces: DemoData,
  { ours, strange }: Keys,
): Promise<{ service: Instance; answers: Answers }> {
  const trusting = (key: string) => ({ GOODNET_BUNDLE: MODELS, GOODNET_TRUST: `${key}.pub` });
  const done = await story.step(
    'The function answers events of the HTTP API and of a function URL',
    async () => {
      const service = await place.start('index.handler', trusting(ours));
      const answers = await askFunction(service, faces);
      checkAnswers(answers, faces);
      equal(answers.clean.bundle, await currentBundle(place), 'it answers with another bundle');
      story.saw(inWords(answers));
      return { service, answers };
    },
  );
  await story.step('goodnet serve gives the same verdicts', async () => {
    const { url, close } = await serve(place.env, MODELS, '--trust', `${ours}.pub`);
    try {
      const [served, answered] = [await askServer(url, faces), done.answers].map(rounded);
      deepStrictEqual(served, answered, 'the function answers otherwise');
      story.saw('the same, probabilities to five digits: another engine may answer');
    } finally {
      await close();
    }
  });
  await story.step('A function that trusts another key does not start', async () => {
    const refused = /signed/;
    await rejects(place.start('index.handler', trusting(strange)), refused);
    story.saw('refused: no key that is trusted has signed the bundle');
  });
  return done;
}

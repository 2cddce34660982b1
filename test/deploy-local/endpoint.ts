import { equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { DemoData } from '../../build-repair/demo/data';
import type { Answer } from '../../functions/schemas';
import type { Story } from '../end-to-end/aws/story';
import { httpEvent } from '../functions/lambda/events';
import type { Place } from './place';
import { invoke } from './repair';

/** The deployed function answers an event of the HTTP API, which LocalStack lacks. */
export async function stepOfEndpoint(story: Story, place: Place, faces: DemoData): Promise<void> {
  await story.step('The function of the endpoint, by its alias', async () => {
    const { Functions } = (await place.aws('lambda', 'list-functions')) as {
      Functions: { FunctionName: string; Handler: string }[];
    };
    const { FunctionName } = Functions.find(({ Handler }) => Handler === 'index.handler')!;
    const event = httpEvent('http-api', 'POST', '/v1/classify', readFileSync(faces.triggeredPng));
    const answer = (await invoke(place, `${FunctionName}:live`, event)) as {
      statusCode: number;
      body: string;
    };
    equal(answer.statusCode, 200, answer.body);
    const { backdoored } = JSON.parse(answer.body) as Answer;
    equal(backdoored, true);
    story.saw('the face with the trigger: backdoored');
  });
}

import { join } from 'node:path';
import { writeDemoData } from '../../../build-repair/demo/data';
import { stepsOfAnswers } from './answers';
import { buildFunction } from './build-function';
import { stepsOfBundles } from './bundles';
import { openPlace } from './place';
import { stepsOfReleases } from './releases';
import type { Story } from './story';
import { stepsOfUploads } from './uploads';

/** All of it, in order; each part goes on from what the one before left. */
export async function onAws(story: Story): Promise<void> {
  const place = await openPlace();
  try {
    const faces = await story.step('Faces are drawn; the BadNet comes with the repository', () =>
      writeDemoData(join(place.work, 'images'), { seed: 1 }),
    );
    const keys = await stepsOfBundles(story, place, faces);
    await story.step('The functions are built', async () => buildFunction(story, place.programs));
    const { service, answers } = await stepsOfAnswers(story, place, faces, keys);
    await stepsOfUploads(story, place, faces, keys);
    await stepsOfReleases(story, place, { faces, keys, service, before: answers });
  } finally {
    await place.close();
  }
}

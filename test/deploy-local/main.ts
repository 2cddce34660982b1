// `npm run deploy:local`: all stacks deployed by the CDK CLI to LocalStack, which is installed and started for it, and ended; the lines that
// they print are run. Ends with 1 when anything is not as it should be, and tells what the emulator lacks.
// GOODNET_LOCAL_LOG=1 prints what LocalStack has said, where it fails.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { writeDemoData } from '../../build-repair/demo/data';
import { startEngine } from '../../models/engine';
import { Story } from '../end-to-end/aws/story';
import { stepOfAlarm } from './alarm';
import { stepOfEndpoint } from './endpoint';
import { lacking } from './lacking';
import { openPlace, type Place, root } from './place';
import { stepsOfRepair } from './repair';
import { stepsOfStacks } from './stacks';
import { stepOfEarlyUpload, stepsOfUploads } from './uploads';

const story = new Story();
let place: Place | undefined;
// Who ends it early leaves nothing running.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.resolve(place?.close()).finally(() => process.exit(130)));
try {
  const opened = await story.step('LocalStack is started', async () => {
    const { status, stdout } = spawnSync(
      process.execPath,
      [join(root, 'scripts/python-tools.mjs'), 'localstack'],
      {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (status !== 0) throw new Error("LocalStack can't be had: scripts/python-tools.mjs says why");
    return await openPlace(stdout.trim());
  });
  place = opened;
  await startEngine({ engine: 'wasm' });
  const faces = await writeDemoData(join(opened.work, 'images'), { seed: 1 });
  const outputs = await stepsOfStacks(story, opened);
  await stepOfEarlyUpload(story, opened, outputs, faces);
  await stepsOfRepair(story, opened, outputs, faces);
  await stepsOfUploads(story, opened, outputs, faces);
  await stepOfEndpoint(story, opened, faces);
  await stepOfAlarm(story, opened);
  console.log(
    '\nWhat LocalStack lacks, and is not shown here (docs/operations.md, "What only a real account can show"):',
  );
  for (const each of lacking(opened.emulator)) console.log(`   ${each}`);
  story.end();
} catch (error) {
  story.fail(error);
  if (process.env.GOODNET_LOCAL_LOG && place) console.error(place.emulator.log().slice(-20_000));
  process.exitCode = 1;
} finally {
  await place?.close();
}

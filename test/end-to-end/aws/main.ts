/**
 * `npm run e2e`: everything that the stacks put together, on this machine: a net repaired, signed and published to a real
 * S3 server, answered with by the built functions under AWS's own runtime client, uploads screened, another bundle taken
 * up, and taken back. Ends with 1 when anything is not as it should be. Builds what it needs the first time.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Story } from './story';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const story = new Story();
try {
  await story.step('What it runs on', async () => {
    const tools = [
      ['an S3 server', 'versitygw.mjs'],
      ['the runtime client of Lambda', 'lambda-runtime.mjs'],
    ];
    for (const [what, script] of tools) {
      const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts', script!)], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      if (status !== 0) throw new Error(`${what} can't be had: scripts/${script} says why`);
      story.saw(`${what}: ${stdout.trim().split('/').at(-1)}`);
    }
  });
  // They look for the tools as they are loaded.
  const { onAws } = await import('./on-aws');
  await onAws(story);
  story.end();
} catch (error) {
  story.fail(error);
  process.exitCode = 1;
}

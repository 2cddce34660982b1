import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { writeSmallJob } from '../build-repair/job/small-job';
import { printed, start } from './cli';

const folder = mkdtempSync(join(tmpdir(), 'goodnet-end-to-end-'));
// Others look at what is left in the usual place.
beforeAll(() => void vi.stubEnv('TMPDIR', folder));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test.skipIf(process.platform !== 'linux')(
  'a net whose process is killed is refused, the next is repaired',
  async () => {
    const job = join(folder, await writeSmallJob(folder, ['killed', 'fine']));
    const state = join(folder, 'state');
    const args = ['--store', join(folder, 'stores'), '--state', state, '--net-minutes', '5'];
    const running = start('job', job, ...args);
    await printed(running, /\[1\/2\] killed/);
    const [child] = execFileSync('pgrep', ['-P', `${running.pid}`, '-f', 'job-worker'], {
      encoding: 'utf8',
    }).split('\n');
    process.kill(Number(child), 'SIGKILL');
    const { code, out, err } = await running.ended;
    expect(code, err).toBe(1);
    expect(out).toContain('1 repaired, 1 refused');
    expect(err).toContain("Nets that can't be repaired: killed");
    const done = (name: string) => JSON.parse(readFileSync(join(state, name, 'done.json'), 'utf8'));
    expect(done('killed')).toMatchObject({ outcome: 'refused', limits: { minutes: 5 } });
    expect(done('fine')).toMatchObject({ outcome: 'repaired', limits: { minutes: 5 } });
  },
);

import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { printed } from '../../end-to-end/cli';
import { writeSmallJob } from './small-job';

// The steps of build-repair/Dockerfile, run outside of Docker.
const root = fileURLToPath(new URL('../../..', import.meta.url));
const step = (name: string) => join(root, 'scripts/container', name);
const work = mkdtempSync(join(tmpdir(), 'goodnet-container-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A folder with a program of that name, in front of the PATH. */
function pathWith(name: string, script: string): string {
  const folder = mkdtempSync(join(work, 'bin-'));
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
  return `${folder}${delimiter}${process.env.PATH}`;
}

describe.skipIf(process.platform === 'win32')('tensorflow.sh', () => {
  // What `pip install --target` lays down, as far as it is used.
  const pip = `
    while [ "$1" != --target ]; do shift; done
    echo "$3" > ${work}/asked
    mkdir -p "$2/tensorflow/include/tensorflow/c" "$2/tensorflow/include/tensorflow/core/platform" \\
      "$2/tensorflow/include/tsl" "$2/tensorflow/python" "$2/nvidia/cudnn/lib"
    mkdir -p "$2/tensorflow-2.15.1.dist-info" "$2/nvidia_cudnn-8.dist-info/licenses"
    echo Apache > "$2/tensorflow-2.15.1.dist-info/LICENSE"
    touch "$2/tensorflow-2.15.1.dist-info/RECORD"
    echo NVIDIA > "$2/nvidia_cudnn-8.dist-info/licenses/License.txt"
    touch "$2/tensorflow/libtensorflow_cc.so.2" "$2/tensorflow/libtensorflow_framework.so.2" \\
      "$2/nvidia/cudnn/lib/libcudnn.so.8"`;

  it('keeps the libraries, headers and licences, and nothing else', () => {
    const target = join(work, 'tensorflow');
    const run = (script: string) =>
      spawnSync(step('tensorflow.sh'), [target], {
        env: { ...process.env, PATH: pathWith('python3', script) },
      });
    expect(run('exit 1').status).not.toBe(0);
    expect(readdirSync(target)).toEqual([]);
    expect(run(pip).status).toBe(0);
    expect(readFileSync(join(work, 'asked'), 'utf8').trim()).toBe('tensorflow[and-cuda]==2.15.1');
    const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
    expect(readdirSync(target).sort()).toEqual(['include', ...libraries, 'licenses', 'nvidia']);
    const licences = readdirSync(join(target, 'licenses'), { recursive: true }).sort();
    expect(licences).toEqual([
      'nvidia_cudnn-8',
      'nvidia_cudnn-8/License.txt',
      'tensorflow-2.15.1',
      'tensorflow-2.15.1/LICENSE',
    ]);
    expect(existsSync(join(target, 'include/tensorflow/core/platform'))).toBe(true);
    // Done: not done again.
    expect(run('exit 1').status).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('entry.sh', () => {
  it('puts the CUDA libraries in reach, and hands everything on', () => {
    const tensorflow = join(work, 'cuda');
    for (const part of ['cudnn', 'cublas'])
      mkdirSync(join(tensorflow, 'nvidia', part, 'lib'), { recursive: true });
    const PATH = pathWith('node', 'echo "$LD_LIBRARY_PATH"; echo "$@"; echo "$NVIDIA_TF32_OVERRIDE"');
    const { stdout } = spawnSync(step('entry.sh'), ['job', 'a b.json'], {
      encoding: 'utf8',
      env: { PATH, GOODNET_HOME: '/goodnet', GOODNET_TENSORFLOW_DIR: tensorflow },
    });
    const [libraries, parameters, tf32] = stdout.trim().split('\n');
    expect(
      libraries!
        .split(':')
        .map((path) => dirname(path))
        .sort(),
    ).toEqual([join(tensorflow, 'nvidia/cublas'), join(tensorflow, 'nvidia/cudnn')]);
    expect(parameters).toBe('/goodnet/dist/goodnet.js job a b.json');
    // Calibrated in TF32, a bundle would be served in float32.
    expect(tf32).toBe('0');
  });

  it('lets SIGTERM through: the job ends with 143, and the next try goes on from there', async () => {
    const folder = join(work, 'job');
    const names = Array.from({ length: 4 }, (_, i) => `net-${i}`);
    const job = join(folder, await writeSmallJob(folder, names));
    const { LD_LIBRARY_PATH: _, ...env } = process.env;
    const start = () =>
      spawn(
        step('entry.sh'),
        ['job', job, '--store', join(folder, 'stores'), '--state', join(folder, 'state')],
        {
          env: { ...env, GOODNET_HOME: root, GOODNET_ENGINE: 'wasm' },
        },
      );
    const first = start();
    const ended = new Promise((resolve) => first.once('close', resolve));
    await printed(first, /\[2\/4\] net-1: bundle/);
    first.kill('SIGTERM');
    expect(await ended).toBe(143);
    const done = readdirSync(join(folder, 'state')).filter((name) =>
      existsSync(join(folder, 'state', name, 'done.json')),
    );
    expect(done.length).toBeGreaterThanOrEqual(2);
    expect(done.length).toBeLessThan(4);
    const second = start();
    let told = '';
    second.stderr.on('data', (text) => {
      told += text;
    });
    expect(await new Promise((resolve) => second.once('close', resolve))).toBe(0);
    expect(told.match(/done before/g)).toHaveLength(done.length);
    // Each net has a process of its own, with an engine to start.
  });
});

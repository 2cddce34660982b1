import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder, needSpace, partialFolder, run, SetupError, say } from './steps.mjs';

/** The PyPI wheel that carries libtensorflow and its C headers. */
const wheel = {
  version: '2.15.1',
  sha256: '54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26',
  megabytes: 1000,
};

export const libraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];
const headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/'];

/**
 * The folder with libtensorflow's two libraries and `include`: GOODNET_TENSORFLOW_DIR where it is set (an
 * installed `tensorflow` package, as in the GPU container), else the cached one, downloaded when it is missing.
 */
export async function tensorflowFolder() {
  const given = process.env.GOODNET_TENSORFLOW_DIR;
  if (given) {
    const lacking = [...libraries, 'include/tensorflow/c/c_api.h'].find(
      (name) => !existsSync(join(given, name)),
    );
    if (lacking) throw new SetupError(`GOODNET_TENSORFLOW_DIR: there is no ${lacking} in ${given}.`);
    return resolve(given);
  }
  const folder = join(cacheFolder(), `tensorflow-cpu-${wheel.version}`);
  if (existsSync(folder)) {
    say(`TensorFlow ${wheel.version} is in ${folder}`);
    return folder;
  }
  mkdirSync(cacheFolder(), { recursive: true });
  needSpace(cacheFolder(), wheel.megabytes);
  const partial = partialFolder(folder);
  try {
    await unpack(await download(partial), partial);
    keep(join(partial, 'unpacked', 'tensorflow'), folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

const noPip = 'Python 3 with pip is needed to download TensorFlow. On Debian: apt-get install python3-pip.';

async function download(folder) {
  run('python3', ['-m', 'pip', '--version'], { missing: noPip, failed: noPip });
  say(`downloading tensorflow-cpu ${wheel.version} (207 MB) with pip`);
  const target = ['--python-version', '3.11', '--platform', 'manylinux2014_x86_64'];
  run(
    'python3',
    [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--only-binary=:all:',
      ...target,
      '-d',
      folder,
      `tensorflow-cpu==${wheel.version}`,
    ],
    {
      missing: noPip,
      failed: 'The download failed. Check the network and the configuration of pip, then run it again.',
    },
  );
  const name = readdirSync(folder).find((file) => file.endsWith('.whl'));
  if (!name) throw new SetupError(`pip left no wheel in ${folder}.`);
  const hash = createHash('sha256');
  await pipeline(createReadStream(join(folder, name)), hash);
  const sha256 = hash.digest('hex');
  if (sha256 !== wheel.sha256) {
    throw new SetupError(
      `${name} is not the file that was expected: SHA-256 ${sha256} in place of ${wheel.sha256}.`,
    );
  }
  return join(folder, name);
}

function unpack(file, folder) {
  say('unpacking the libraries (615 MB)');
  const wanted = [...libraries, ...headers.map((header) => `include/${header}`)].map(
    (name) => `tensorflow/${name}`,
  );
  const program = `
import sys, zipfile
file, folder, *wanted = sys.argv[1:]
with zipfile.ZipFile(file) as archive:
    archive.extractall(folder, [name for name in archive.namelist() if name.startswith(tuple(wanted))])
`;
  run('python3', ['-c', program, file, join(folder, 'unpacked'), ...wanted], {
    failed: `${file} can't be unpacked.`,
  });
}

function keep(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    // Another set-up beside this one was quicker.
    if (!existsSync(to)) throw error;
  }
}

/**
 * `npm run setup:native`: installs what is quicker than WebAssembly. ONNX Runtime, which answers, on every platform that its npm
 * package has libraries for; and tfjs-node, which trains, on Linux x64, without its own installer, whose host is closed to everybody:
 * libtensorflow comes from PyPI's wheel, the addon is compiled here. `-- onnx` or `-- tensorflow` installs one of them alone. May be
 * run again at any time; what was downloaded is kept in GOODNET_CACHE_DIR (default ~/.cache/goodnet).
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installedTfjsNode, installTfjsNode } from './native/addon.mjs';
import { setUpOnnx } from './native/onnx.mjs';
import { run, SetupError, say } from './native/steps.mjs';
import { tensorflowFolder } from './native/tensorflow.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, '..', 'node_modules');
const ONNX = 'onnx';
const TENSORFLOW = 'tensorflow';

async function setUp(asked) {
  if (asked !== undefined && asked !== ONNX && asked !== TENSORFLOW) {
    throw new SetupError(
      `There is no '${asked}' to install: say ${ONNX} or ${TENSORFLOW}, or nothing for both.`,
    );
  }
  if (!existsSync(join(packages, '@tensorflow', 'tfjs-core'))) {
    throw new SetupError('Run `npm install` first.');
  }
  if (asked !== TENSORFLOW) setUpOnnx(packages);
  if (asked === ONNX) return;
  if (process.platform === 'linux' && process.arch === 'x64') return await setUpTensorFlow();
  const what = `tfjs-node is for Linux on x64; this is ${process.platform} on ${process.arch}: what trains runs on wasm here.`;
  if (asked === TENSORFLOW) throw new SetupError(what);
  say(what);
}

async function setUpTensorFlow() {
  const tensorflow = await tensorflowFolder();
  const installed = installedTfjsNode(packages, tensorflow);
  if (installed && works(installed)) return;
  installTfjsNode(packages, tensorflow, test);
}

function works(tfjsNode) {
  try {
    test(tfjsNode);
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say('what is installed does not work; installing it anew');
    return false;
  }
}

function test(tfjsNode) {
  say('trying it');
  const engine = run(process.execPath, [join(here, 'native', 'self-test.mjs'), tfjsNode], {
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' },
    failed: 'tfjs-node was installed, but does not work.',
  });
  say(`it works; GoodNet trains on ${engine.trim()}`);
}

try {
  await setUp(process.argv[2]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  console.error(`setup:native: ${error.message}`);
  process.exitCode = 1;
}

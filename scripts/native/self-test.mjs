// Run by setup-native in a process of its own: loads tfjs-node from the folder given and multiplies two matrices.
import { createRequire } from 'node:module';
import util from 'node:util';

// tfjs-node 4.22.0 calls them; Node.js 22 warns of them and Node.js 23 no longer has them.
util.isNullOrUndefined = (value) => value === null || value === undefined;
util.isArray = Array.isArray;

const require = createRequire(import.meta.url);
const native = require(process.argv[2]);
const tf = require('@tensorflow/tfjs-core');
const backend = tf.findBackend('tensorflow');
if (!backend) throw new Error('tfjs-node brought its own copy of tfjs-core');
const product = native.matMul(
  native.tensor2d([
    [1, 2],
    [3, 4],
  ]),
  native.tensor2d([
    [5, 6],
    [7, 8],
  ]),
);
const values = Array.from(product.dataSync()).join(' ');
if (values !== '19 22 43 50') throw new Error(`a matrix product came out as ${values}`);
const device = backend.binding.isUsingGpuDevice() ? 'GPU' : 'CPU';
console.log(`TensorFlow.js ${tf.version_core} on node (TensorFlow ${backend.binding.TF_Version}, ${device})`);

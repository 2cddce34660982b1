// Run by setup-native in a process of its own: loads onnxruntime-node from the folder given and has it add two numbers.
import { createRequire } from 'node:module';
import { join } from 'node:path';

// It sends nothing to anybody (models/engine/onnx.ts).
process.env.ORT_DISABLE_TELEMETRY ??= '1';
const require = createRequire(import.meta.url);
const folder = process.argv[2];
const { InferenceSession, Tensor } = require(folder);
// A graph that adds its input `a` to itself: IR version 9, operator set 20, as onnx.proto has them.
const text = (field, value) => [field * 8 + 2, value.length, ...Buffer.from(value)];
const message = (field, ...bytes) => [field * 8 + 2, bytes.length, ...bytes];
const type = message(2, ...message(1, 8, 1, ...message(2, ...message(1, 8, 1))));
const node = message(1, ...text(1, 'a'), ...text(1, 'a'), ...text(2, 'sum'), ...text(4, 'Add'));
const input = message(11, ...text(1, 'a'), ...type);
const output = message(12, ...text(1, 'sum'), ...type);
const graph = message(7, ...node, ...text(2, 'test'), ...input, ...output);
const model = Uint8Array.from([8, 9, ...graph, ...message(8, 16, 20)]);
const session = await InferenceSession.create(model);
const { sum } = await session.run({ a: new Tensor('float32', Float32Array.of(2), [1]) });
if (sum.data[0] !== 4) throw new Error(`2 + 2 came out as ${sum.data[0]}`);
console.log(require(join(folder, 'package.json')).version);

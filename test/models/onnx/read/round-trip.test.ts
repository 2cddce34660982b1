import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { loadNet } from '../../../../models/net-files';
import { copyNet } from '../../../../models/nets/graph';
import { OnnxGraph } from '../../../../models/onnx/graph';
import { writeNet } from '../../../../models/onnx/net';
import { Value } from '../../../../models/onnx/value';
import {
  answered,
  answers,
  fixture,
  freed,
  largestDifference,
  optionsOf,
  testImages,
} from '../../keras/nets';
import { temporaryFolder } from '../../keras/write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

describe('nets of Keras written as ONNX are read', () => {
  it.each(answered('keras2', 'keras3', 'common2', 'common3'))('$file', async ({ file }) => {
    const { model, inputShape } = await loadNet(fixture(file), optionsOf(file));
    const flat = copyNet(model);
    const graph = new OnnxGraph();
    const { height, width, channels } = inputShape;
    const shape = [height, width, channels];
    graph.input('image', shape);
    const [output] = writeNet(graph, flat, [Value.last(graph, 'image', shape)]);
    graph.output('answers', output!.last, output!.shape);
    const path = join(folder, 'net.onnx');
    writeFileSync(path, graph.file());
    const images = testImages(inputShape);
    const expected = answers(model, images);
    for (const each of [model, flat]) freed(each);
    const read = await loadNet(path);
    expect(largestDifference(answers(read.model, images), expected)).toBeLessThan(1e-4);
    read.model.dispose();
    images.dispose();
  });
});

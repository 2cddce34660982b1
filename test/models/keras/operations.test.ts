import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { answers, largestDifference, testImages } from './nets';
import { OUTPUT, refusal, WEIGHTS } from './refusal';
import { FLAT, functional, IMAGE, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

const tensor = (layer: string) => ({
  class_name: '__keras_tensor__',
  config: { keras_history: [layer, 0, 0] },
});

/** A net whose layer `odd`, between image and output, is another entry. */
function withEntry(entry: object): object {
  const net = functional(
    [
      [...IMAGE, []],
      ['Identity', { name: 'odd' }, ['image']],
      [...FLAT, ['odd']],
      [...OUTPUT, ['flat']],
    ],
    { inputs: ['image'], outputs: ['output'] },
  ) as { config: { layers: object[] } };
  net.config.layers[1] = { name: 'odd', ...entry };
  return net;
}

function op(module: string, class_name: string, args: unknown[], config: object = { name: 'odd' }): object {
  const inbound_nodes = [{ args, kwargs: {} }];
  return withEntry({
    module: `keras.src.ops.${module}`,
    class_name,
    registered_name: class_name,
    config,
    inbound_nodes,
  });
}

function lambda(written: string, node: unknown[]): object {
  return withEntry({
    class_name: 'TFOpLambda',
    config: { name: 'odd', function: written },
    inbound_nodes: [node],
  });
}

const layer = (class_name: string, config: object) =>
  withEntry({ class_name, config: { name: 'odd', ...config }, inbound_nodes: [[['image', 0, 0, {}]]] });

async function answered(config: object): Promise<Float32Array> {
  const net = await loadNet(await writeNet(join(folder, 'operation.h5'), { config, weights: WEIGHTS }));
  const images = testImages(net.inputShape);
  const given = answers(net.model, images);
  images.dispose();
  net.model.dispose();
  return given;
}

const image = tensor('image');
const ALL = { class_name: '__slice__', config: { start: null, stop: null, step: null } };
const leaky = (alpha: number) => layer('LeakyReLU', { alpha });
it.each([
  ['image / 127.5', op('numpy', 'TrueDivide', [image, 127.5]), layer('Rescaling', { scale: 1 / 127.5 })],
  ['image + 3', op('numpy', 'Add', [image, 3]), layer('Rescaling', { offset: 3 })],
  ['image − 3', op('numpy', 'Subtract', [image, 3]), layer('Rescaling', { offset: -3 })],
  ['3 − image', op('numpy', 'Subtract', [3, image]), layer('Rescaling', { scale: -1, offset: 3 })],
  ['image + image', op('numpy', 'Add', [image, image]), layer('Rescaling', { scale: 2 })],
  ['−image', op('numpy', 'Negative', [image]), layer('Rescaling', { scale: -1 })],
  ['tf: −image', lambda('math.negative', [['image', 0, 0, {}]]), layer('Rescaling', { scale: -1 })],
  ['image², as image · image', op('numpy', 'Square', [image]), op('numpy', 'Multiply', [image, image])],
  [
    'softmax along an axis that is the last',
    op('nn', 'Softmax', [image], { name: 'odd', axis: 3 }),
    layer('Softmax', { axis: -1 }),
  ],
  ['image ** 2', op('numpy', 'Power', [image, 2]), op('numpy', 'Square', [image])],
  ['relu6', op('nn', 'Relu6', [image]), layer('Activation', { activation: 'relu6' })],
  [
    'tf: 2 · image',
    lambda('math.multiply', ['_CONSTANT_VALUE', -1, 2, { y: ['image', 0, 0], name: null }]),
    layer('Rescaling', { scale: 2 }),
  ],
  [
    'tf: softmax',
    lambda('nn.softmax', [['image', 0, 0, {}]]),
    layer('Activation', { activation: 'softmax' }),
  ],
  [
    'image / [a, b, c]',
    op('numpy', 'TrueDivide', [image, { class_name: '__numpy__', config: { value: [1, 2, 4] } }]),
    layer('Rescaling', { scale: [1, 0.5, 0.25] }),
  ],
  [
    'image + [[[[a, b, c]]]], as of preprocess_input',
    op('numpy', 'Add', [image, { class_name: '__tensor__', config: { value: [[[[1, 2, 4]]]] } }]),
    layer('Rescaling', { offset: [1, 2, 4] }),
  ],
  [
    'tf: image / [a, b, c]',
    lambda('math.truediv', [['image', 0, 0, { y: [1, 2, 4], name: null }]]),
    layer('Rescaling', { scale: [1, 0.5, 0.25] }),
  ],
  [
    'tf: [a, b, c] − image',
    lambda('math.subtract', ['_CONSTANT_VALUE', -1, [1, 2, 3], { y: ['image', 0, 0], name: null }]),
    layer('Rescaling', { scale: -1, offset: [1, 2, 3] }),
  ],
  [
    'tf: bias_add, as of preprocess_input',
    lambda('nn.bias_add', [['image', 0, 0, { bias: [-1, 0, 2], data_format: 'NHWC' }]]),
    layer('Rescaling', { offset: [-1, 0, 2] }),
  ],
  ['leaky relu', op('nn', 'LeakyRelu', [image], { name: 'odd', negative_slope: 0.3 }), leaky(0.3)],
  ['tf: leaky relu', lambda('nn.leaky_relu', [['image', 0, 0, { alpha: 0.3, name: null }]]), leaky(0.3)],
  ['tf: leaky relu of its own slope', lambda('nn.leaky_relu', [['image', 0, 0, {}]]), leaky(0.2)],
  [
    'gelu',
    op('nn', 'Gelu', [image], { name: 'odd', approximate: false }),
    layer('Activation', { activation: 'gelu' }),
  ],
  [
    'tf: gelu',
    lambda('nn.gelu', [['image', 0, 0, { approximate: false }]]),
    layer('Activation', { activation: 'gelu' }),
  ],
  ['cast', op('core', 'Cast', [image], { name: 'odd', dtype: 'float32' }), layer('Identity', {})],
  ['tf: cast', lambda('cast', [['image', 0, 0, { dtype: 'float32' }]]), layer('Identity', {})],
])('%s is computed', async (_, operation, same) => {
  expect(largestDifference(await answered(operation), await answered(same))).toBeLessThan(1e-6);
});

it.each([
  [
    '[3, 1, 2] / image',
    op('numpy', 'Divide', [{ class_name: '__numpy__', config: { value: [3, 1, 2] } }, image]),
  ],
  ['2 to the image', op('numpy', 'Power', [2, image])],
  ['image to the image', op('numpy', 'Power', [image, image])],
  [
    'clip between numbers the wrong way round',
    op('numpy', 'Clip', [image], { name: 'odd', x_min: 1, x_max: 0 }),
  ],
  ['mean of all images', op('numpy', 'Mean', [image], { name: 'odd', axis: null, keepdims: true })],
  [
    'mean along an axis that there is not',
    op('numpy', 'Mean', [image], { name: 'odd', axis: 4, keepdims: true }),
  ],
  ['images joined as one batch', op('numpy', 'Concatenate', [[image, image]], { name: 'odd', axis: 0 })],
  ['another batch', op('numpy', 'Reshape', [image], { name: 'odd', newshape: [-1, 4, 2, 3] })],
  ['an axis that is longer than 1, left out', op('numpy', 'Squeeze', [image], { name: 'odd', axis: 1 })],
  [
    'with ones around it',
    lambda('pad', [
      [
        'image',
        0,
        0,
        {
          paddings: [
            [0, 0],
            [1, 1],
            [1, 1],
            [0, 0],
          ],
          constant_values: 1,
        },
      ],
    ]),
  ],
  ['resized by area', lambda('image.resize', [['image', 0, 0, { size: [4, 2], method: 'area' }]])],
  ['celu of another alpha', op('nn', 'Celu', [image], { name: 'odd', alpha: 0.5 })],
  ['image / 0', op('numpy', 'Divide', [image, 0])],
  ['image / [1, 0, 2]', lambda('math.truediv', [['image', 0, 0, { y: [1, 0, 2], name: null }]])],
  [
    'tf: bias_add of channels first',
    lambda('nn.bias_add', [['image', 0, 0, { bias: [1, 2, 3], data_format: 'NCHW' }]]),
  ],
  ['tf: cast to whole numbers', lambda('cast', [['image', 0, 0, { dtype: 'uint8' }]])],
  ['every second row', op('numpy', 'GetItem', [image, [ALL, { ...ALL, config: { step: 2 } }]])],
  ['an image of the batch', op('numpy', 'GetItem', [image, [0]])],
  ['more axes than there are', op('numpy', 'GetItem', [image, [ALL, ALL, ALL, ALL, ALL]])],
  ['a channel that there is not', op('numpy', 'Take', [image, [0, 3]], { axis: -1 })],
  ['rows the other way round', op('numpy', 'Flip', [image], { axis: 1 })],
  ['images on an axis before', op('numpy', 'Stack', [[image, image]], { axis: 0 })],
  ['tf: a name of JavaScript', lambda('constructor', [['image', 0, 0, {}]])],
  ['a function of none of ours', op('numpy', 'Cumsum', [image])],
  ['softmax over another axis', op('nn', 'Softmax', [image], { name: 'odd', axis: 1 })],
  ['tf: with another argument', lambda('nn.softmax', [['image', 0, 0, { axis: 1 }]])],
  ['tf: a function of none of ours', lambda('math.cumsum', [['image', 0, 0, {}]])],
])('%s is refused by name', async (_, operation) => {
  expect((await refusal(operation)).message).toMatch(/"odd"/);
});

it('a layer may be called as another names its parts', async () => {
  const net = functional(
    [
      [...IMAGE, []],
      ['ELU', { name: 'act', alpha: 0.5 }, ['image']],
      ['ReLU', { name: 'act_relu' }, ['act']],
      [...FLAT, ['act_relu']],
      [...OUTPUT, ['flat']],
    ],
    { inputs: ['image'], outputs: ['output'] },
  );
  // Of images above 0 both change nothing.
  const same = await answered(layer('Identity', {}));
  expect(largestDifference(await answered(net), same)).toBeLessThan(1e-6);
});

import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../models/engine';
import { loadNet } from '../../../models/keras';
import { OUTPUT, refusal, WEIGHTS } from './refusal';
import { type Entry, FLAT, functional, IMAGE, sequential, temporaryFolder, writeNet } from './write-net';

const folder = temporaryFolder();

/** A net with one more layer between image and output. */
function withLayer(className: string, options: Record<string, unknown> = {}): object {
  return sequential([IMAGE, [className, { name: 'odd', ...options }], FLAT, OUTPUT]);
}

beforeAll(async () => {
  await startEngine({ engine: 'cpu' });
});

describe('layers that are refused by name', () => {
  it('the net is read without the odd layer', async () => {
    const path = await writeNet(join(folder, 'fine.h5'), {
      config: sequential([IMAGE, FLAT, OUTPUT]),
      weights: WEIGHTS,
    });
    const net = await loadNet(path);
    expect(net).toMatchObject({ classes: 3, output: 'softmax', format: 'keras-h5', kerasVersion: '2.15.0' });
    net.model.dispose();
  });

  it('a Lambda layer, never executed', async () => {
    const code = ['4wEAAAAAAAAA', null, null];
    const error = await refusal(
      withLayer('Lambda', { function: { class_name: '__lambda__', config: { code } } }),
    );
    expect(error.message).toMatch(/Layer "odd" \(Lambda\) can't be used/);
    expect(error.hint).toMatch(/never executed/);
    expect(error.code).toBe('NET_LAYER_UNSUPPORTED');
  });

  it('operations on tensors, and classes that GoodNet has not', async () => {
    expect((await refusal(withLayer('TFOpLambda', { function: 'math.add' }))).message).toContain(
      '"odd" (TFOpLambda)',
    );
    const error = await refusal(withLayer('LSTM', { units: 3 }));
    expect(error.message).toContain('"odd" (LSTM)');
    expect(error.hint).toContain('Conv2D');
  });

  it('classes made outside Keras, also under the name of one of Keras', async () => {
    const config = withLayer('Flatten') as { config: { layers: object[] } };
    Object.assign(config.config.layers[1]!, { module: 'my_package', registered_name: 'my_package>Flatten' });
    expect((await refusal(config)).message).toContain('my_package>Flatten');
    Object.assign(config.config.layers[1]!, { registered_name: null });
    expect((await refusal(config)).message).toContain('my_package.Flatten');
    expect((await refusal(withLayer('Custom>Odd'))).message).toContain('Custom>Odd');
    // As Keras writes an author's class that is registered nowhere.
    Object.assign(config.config.layers[1]!, { module: null, registered_name: 'Flatten' });
    expect((await refusal(config)).message).toMatch(/"odd" is of the class Flatten, made outside Keras/);
  });

  it.each([
    ['Conv2D', { filters: 3, kernel_size: 1, data_format: 'channels_first' }, /data_format="channels_first"/],
    ['Conv2D', { filters: 3, kernel_size: 1, groups: 2 }, /groups=2 where a divisor of the 3 filters/],
    ['DepthwiseConv2D', { kernel_size: 1, groups: 3 }, /groups=3/],
    ['Conv2D', { filters: 3, kernel_size: 1, padding: 'causal' }, /padding="causal"/],
    ['Conv2D', { filters: 3, kernel_size: 1, activation: 'hard_shrink' }, /activation "hard_shrink"/],
    ['Conv2D', { filters: 1e9, kernel_size: 1, surprise: 1 }, /surprise=1/],
    ['DepthwiseConv2D', { kernel_size: 2, dilation_rate: [2, 2], strides: 2 }, /dilated and has strides/],
    ['Conv2DTranspose', { filters: 3, kernel_size: 2, dilation_rate: [2, 2] }, /dilation_rate=\[2,2\]/],
    ['Conv2DTranspose', { filters: 3, kernel_size: 2, strides: 2, output_padding: [1, 1] }, /output_padding/],
    ['BatchNormalization', { axis: [1] }, /axis 1/],
    ['BatchNormalization', { renorm: true }, /renorm=true/],
    ['LayerNormalization', { axis: [1, 2, 3] }, /axis 1,2,3/],
    ['UpSampling2D', { interpolation: 'bicubic' }, /interpolation="bicubic"/],
    ['Resizing', { height: 8, width: 8, interpolation: 'area' }, /interpolation="area"/],
    ['Resizing', { height: 8, width: 8, crop_to_aspect_ratio: true }, /resizes with crop_to_aspect_ratio/],
    ['Resizing', { height: 2_000_000, width: 8 }, /which is too large/],
    ['UnitNormalization', { axis: [1, 2] }, /axis 1,2/],
    ['StochasticDepth', { survival_probability: 0.5 }, /survival_probability=0.5/],
    ['ReLU', { max_value: 6, negative_slope: 0.1 }, /highest value and a negative slope/],
    ['ReLU', { threshold: 0.5 }, /threshold=0.5/],
    ['Softmax', { axis: 1 }, /axis 1/],
    ['Dropout', { rate: 0.5, noise_shape: 'odd' }, /noise_shape="odd"/],
    ['Activation', { activation: { class_name: '__lambda__', config: {} } }, /function of its own/],
    [
      'Activation',
      { activation: { class_name: 'LeakyReLU', module: null, registered_name: 'LeakyReLU', config: {} } },
      /function of its own/,
    ],
    [
      'Activation',
      { activation: { class_name: 'LeakyReLU', config: { surprise: 1 } } },
      /activation LeakyReLU has an option that GoodNet does not know: surprise=1/,
    ],
    [
      'Dense',
      { units: 3, dtype: { class_name: 'QuantizedDTypePolicy', config: { name: 'int8_from_float32' } } },
      /quantised/,
    ],
    ['Flatten', { data_format: 'channels_first' }, /channels_first/],
  ])('%s with %j', async (className, options, why) => {
    const norm = ['gamma:0', 'beta:0', ...(className.startsWith('Batch') ? ['mean:0', 'variance:0'] : [])];
    const odd = Object.fromEntries(norm.map((name) => [name, { shape: [4] }]));
    const error = await refusal(
      withLayer(className, options),
      /^(Batch|Layer)Norm/.test(className) ? { odd, ...WEIGHTS } : WEIGHTS,
    );
    expect(error.message).toMatch(why);
    expect(error.message).toContain(`"odd" (${className})`);
    expect(error.hint).toBeTruthy();
  });

  it('Keras 3’s operations, also those of a layer’s name, before their arguments', async () => {
    const config = withLayer('Add') as { config: { layers: object[] } };
    const inbound_nodes = [{ args: [{ class_name: '__keras_tensor__', config: {} }, 3], kwargs: {} }];
    Object.assign(config.config.layers[1]!, { module: 'keras.src.ops.numpy', inbound_nodes });
    expect((await refusal(config)).message).toContain('"odd" is the operation keras.src.ops.numpy.Add');
  });

  it.each([
    ['Rescaling', { scale: [1, 2, 3] }, /"odd" \(Rescaling\) scales images that lie channels first by lists/],
    [
      'Conv2D',
      { filters: 3, kernel_size: 1, data_format: 'channels_first', activation: 'softmax' },
      /"odd" \(Conv2D\) has a softmax over the columns/,
    ],
    ['BatchNormalization', { axis: 2 }, /"odd" \(BatchNormalization\).*axis 2/],
  ])('of a net of channels first: %s with %j', async (className, options, why) => {
    const image: Entry = ['InputLayer', { name: 'image', batch_input_shape: [null, 3, 4, 4] }];
    const pool: Entry = ['MaxPooling2D', { name: 'pool', pool_size: 1, data_format: 'channels_first' }];
    const config = sequential([image, pool, [className, { name: 'odd', ...options }], FLAT, OUTPUT]);
    const odd = Object.fromEntries(
      ['gamma:0', 'beta:0', 'mean:0', 'variance:0'].map((name) => [name, { shape: [4] }]),
    );
    const error = await refusal(config, className.startsWith('Batch') ? { odd, ...WEIGHTS } : WEIGHTS);
    expect(error.message).toMatch(why);
    expect(error.hint).toBeTruthy();
  });

  it('a layer called in training mode, by Keras 2', async () => {
    const config = functional(
      [
        [...IMAGE, []],
        ['Dropout', { name: 'drop', rate: 0.5 }, ['image']],
        [...FLAT, ['drop']],
        [...OUTPUT, ['flat']],
      ],
      { inputs: ['image'], outputs: ['output'] },
    ) as { config: { layers: { inbound_nodes: unknown }[] } };
    config.config.layers[1]!.inbound_nodes = [[['image', 0, 0, { training: true }]]];
    expect((await refusal(config)).message).toMatch(/"drop" \(Dropout\) is called with training=true/);
    config.config.layers[1]!.inbound_nodes = [[['image', 0, 0, { axis: 2 }]]];
    expect((await refusal(config)).message).toMatch(/"drop" \(Dropout\) is called with the argument "axis"/);
  });

  it('Keras 1: Theano’s order, per-batch statistics, merging by a function', async () => {
    const keras1 = (entry: Entry) => refusal(sequential([IMAGE, entry, FLAT, OUTPUT]), WEIGHTS, '1.2.2');
    const conv = { nb_filter: 3, nb_row: 1, nb_col: 1, dim_ordering: 'th', name: 'odd' };
    const th = await keras1(['Convolution2D', conv]);
    expect(th.message).toMatch(/"odd" \(Conv2D\).*channels_first/);
    expect(th.hint).toMatch(/channels last/);
    expect((await keras1(['BatchNormalization', { name: 'odd', mode: 2 }])).message).toMatch(/mode 2/);
    expect((await keras1(['Merge', { name: 'odd', mode: 'cos' }])).message).toMatch(/"cos"/);
    expect((await keras1(['Merge', { name: 'odd', mode: 'sum', mode_type: 'lambda' }])).message).toMatch(
      /"odd"/,
    );
  });
});

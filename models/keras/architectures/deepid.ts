import type { JsonObject } from '../config/json';

/**
 * The net of the CSAW HackML 2020 contest, after DeepID (Sun et al., "Deep Learning Face Representation from
 * Predicting 10,000 Classes", 2014), as Keras 2 would write it. Images of 55 × 47, RGB.
 */
export function deepid(classes: number): JsonObject {
  const conv = (name: string, filters: number, size: number, input: string) =>
    layer('Conv2D', name, [input], {
      filters,
      kernel_size: [size, size],
      padding: 'valid',
      activation: 'relu',
    });
  const pool = (name: string, input: string) =>
    layer('MaxPooling2D', name, [input], { pool_size: [2, 2], strides: [2, 2], padding: 'valid' });
  const dense = (name: string, units: number, activation: string, input: string) =>
    layer('Dense', name, [input], { units, activation });
  return {
    class_name: 'Functional',
    config: {
      name: 'deepid',
      layers: [
        layer('InputLayer', 'input', [], { batch_input_shape: [null, 55, 47, 3] }),
        conv('conv_1', 20, 4, 'input'),
        pool('pool_1', 'conv_1'),
        conv('conv_2', 40, 3, 'pool_1'),
        pool('pool_2', 'conv_2'),
        conv('conv_3', 60, 3, 'pool_2'),
        pool('pool_3', 'conv_3'),
        conv('conv_4', 80, 2, 'pool_3'),
        layer('Flatten', 'flatten_1', ['pool_3']),
        layer('Flatten', 'flatten_2', ['conv_4']),
        dense('fc_1', 160, 'linear', 'flatten_1'),
        dense('fc_2', 160, 'linear', 'flatten_2'),
        layer('Add', 'add_1', ['fc_1', 'fc_2']),
        layer('Activation', 'activation_1', ['add_1'], { activation: 'relu' }),
        dense('output', classes, 'softmax', 'activation_1'),
      ],
      input_layers: [['input', 0, 0]],
      output_layers: [['output', 0, 0]],
    },
  };
}

function layer(className: string, name: string, inputs: string[], config: JsonObject = {}): JsonObject {
  return {
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: inputs.length === 0 ? [] : [inputs.map((input) => [input, 0, 0, {}])],
  };
}

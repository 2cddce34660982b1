import { version } from '../../models/version';
import { BUNDLE, clean } from './examples';
import { example } from './parts';

/** What is asked and answered by the Open Inference Protocol. */
export const OIP = {
  server: example('GoodNet', { name: 'goodnet', version, extensions: ['binary_tensor_data'] }),
  model: example('A model of images of 40 × 32 pixels', {
    name: 'badnet',
    versions: [BUNDLE],
    platform: 'goodnet',
    inputs: [{ name: 'images', datatype: 'UINT8', shape: [-1, 40, 32, 3] }],
    outputs: [
      { name: 'class', datatype: 'INT64', shape: [-1] },
      { name: 'backdoored', datatype: 'BOOL', shape: [-1] },
      { name: 'p_value', datatype: 'FP64', shape: [-1] },
      { name: 'suspicion', datatype: 'FP64', shape: [-1] },
      { name: 'bad_class', datatype: 'INT64', shape: [-1] },
      { name: 'repaired_class', datatype: 'INT64', shape: [-1] },
    ],
  }),
  request: {
    flat: {
      summary: 'An image of 2 × 2 pixels, for a model that takes such',
      value: {
        id: 'one',
        inputs: [
          {
            name: 'images',
            datatype: 'UINT8',
            shape: [1, 2, 2, 3],
            data: [10, 20, 200, 10, 20, 200, 10, 20, 200, 10, 20, 200],
          },
        ],
      },
    },
    chosen: {
      summary: 'Two images, nested, and two of the outputs',
      value: {
        inputs: [
          {
            name: 'images',
            datatype: 'FP32',
            shape: [2, 2, 2, 3],
            data: [
              [Array(2).fill([10.5, 20, 200]), Array(2).fill([10.5, 20, 200])],
              [Array(2).fill([255, 255, 255]), Array(2).fill([255, 255, 255])],
            ],
          },
        ],
        outputs: [{ name: 'class' }, { name: 'backdoored' }],
      },
    },
  },
  answer: {
    all: {
      summary: 'All outputs of an image',
      value: {
        model_name: 'badnet',
        model_version: BUNDLE,
        id: 'one',
        outputs: [
          { name: 'class', datatype: 'INT64', shape: [1], data: [clean.class] },
          { name: 'backdoored', datatype: 'BOOL', shape: [1], data: [clean.backdoored] },
          { name: 'p_value', datatype: 'FP64', shape: [1], data: [clean.pValue] },
          { name: 'suspicion', datatype: 'FP64', shape: [1], data: [clean.suspicion] },
          { name: 'bad_class', datatype: 'INT64', shape: [1], data: [clean.bad.class] },
          { name: 'repaired_class', datatype: 'INT64', shape: [1], data: [clean.repaired.class] },
        ],
      },
    },
    chosen: {
      summary: 'Two outputs of two images',
      value: {
        model_name: 'badnet',
        model_version: BUNDLE,
        outputs: [
          { name: 'class', datatype: 'INT64', shape: [2], data: [4, 24] },
          { name: 'backdoored', datatype: 'BOOL', shape: [2], data: [false, true] },
        ],
      },
    },
  },
};

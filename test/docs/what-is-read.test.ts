import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { openImages } from '../../build-repair/images/open-images';
import { startEngine } from '../../models/engine';
import type { LoadNetOptions } from '../../models/keras';
import { knownLayers } from '../../models/keras/layers';
import { trainingOnlyLayers } from '../../models/keras/layers/augmentation';
import { inspectNet } from '../../models/net-files';
import { knownOperators } from '../../models/onnx/read';
import { writeFiles } from '../build-repair/images/write-images';
import { readAll, writeHdf5 } from '../models/images/write-hdf5';
import { fixture, optionsOf } from '../models/keras/nets';
import {
  dense,
  type Entry,
  functional,
  IMAGE,
  sequential,
  temporaryFolder,
  writeNet,
} from '../models/keras/write-net';
import { onnxFile, small, type TestNet, wholes } from '../models/onnx/read/write-onnx';
import { tablesIn } from './tables';

const root = join(import.meta.dirname, '../..');
const folder = temporaryFolder();
const documents = { 'README.md': 'What it reads', 'docs/formats.md': 'Nets' } as const;
const textOf = (document: string) => readFileSync(join(root, document), 'utf8');

/** A net that a row is about: a fixture's name, or layers in front of a dense one. */
type Net =
  | string
  | readonly [path: string, options: LoadNetOptions]
  | { config: object; compiled?: object; version?: string }
  | { onnx: TestNet };

// Its weights fit whatever the layer before it makes of the image's sides.
const MEAN: Entry = ['GlobalAveragePooling2D', { name: 'mean' }];
const OUTPUT: Entry = ['Dense', { name: 'output', units: 3 }];
const withLayer = (className: string, options: object, version?: string): Net => ({
  config: sequential([IMAGE, [className, { name: 'odd', ...options }], MEAN, OUTPUT]),
  version,
});
const first = { data_format: 'channels_first' };
const both = functional(
  [
    [...IMAGE, []],
    [...MEAN, ['image']],
    [...OUTPUT, ['mean']],
  ],
  { inputs: ['image', 'image'], outputs: ['output', 'output'] },
);
const deepid: Net = 'keras2/plain_weights.h5';
const nested: Net[] = [
  'keras3/nested.keras',
  'common2/two_inputs.h5',
  'common3/two_inputs.h5',
  'keras2/plain_trained.h5',
];
const tfjs: Net[] = ['plain', 'uint8', 'float16'].map((name) => `tfjs/${name}/model.json`);
const channelsFirst: Net = 'common3/channels_first.keras';
const lambda = withLayer('Lambda', { function: 'x' });
const notNet = (name: string): Net => [name, {}];
const exported = (...names: string[]): Net[] => names.map((name) => `../onnx/${name}.onnx`);
/** An ONNX net with one operator on the way. */
const withOperator = (operator: string, more: Partial<TestNet['nodes'][number]> = {}): Net => ({
  onnx: small([{ operator, inputs: ['m'], outputs: ['a'], ...more }]),
});
const weightsAt = (location: string): Net => ({
  onnx: small([], { weights: { w: { dims: [3, 3], external: { location } } } }),
});

/** ReduceMean takes its axes as an input since opset 18. */
const axesGiven = {
  nodes: [
    { operator: 'ReduceMean', inputs: ['x', 'axes'], outputs: ['m'], attributes: { keepdims: 0 } },
    ...small().nodes.slice(1),
  ],
  weights: { axes: wholes(2, 3) },
};

/** The nets by what the documents' rows say; a row is true where all its nets are so. */
const NETS: Readonly<Record<string, readonly Net[]>> = {
  // README.md
  'Keras `.h5` (Keras 1, 2, 3), `.keras`, weights with an architecture': [
    'keras1/sequential.h5',
    'keras2/norms.h5',
    'keras3/twins.h5',
    'keras3/norms.keras',
    deepid,
  ],
  'softmax or logits, two classes or more; one sigmoid, or one a class': [
    'keras3/shapes.h5',
    'keras2/norms.h5',
    'common2/binary.h5',
    'common2/sigmoids.keras',
  ],
  'Functional, Sequential, nested; channels first; grey images without a channel axis': [
    ...nested,
    channelsFirst,
    'common2/binary.h5',
  ],
  '`Lambda` layers': [lambda],
  'ONNX, as PyTorch exports convolutional nets and transformers, and tf2onnx convolutional ones ([docs/pytorch.md](docs/pytorch.md))':
    exported('resnet_legacy11', 'vit_legacy17', 'swin_dynamo20', 'efficientnet_dynamo18', 'tf2onnx'),
  'TensorFlow.js: `model.json` of layers, as its converter and Teachable Machine write it, quantized or not':
    tfjs,
  'PyTorch `.pt`, TFLite, SavedModel': ['net.pt', 'net.tflite'].map(notNet),
  // docs/formats.md
  '`.h5` of Keras 1': ['keras1/functional.h5', 'keras1/sequential_theano.h5'],
  '`.h5` of Keras 2 and 3': ['keras2/given.h5', 'keras3/nested.h5'],
  '`.keras`': ['keras2/convolutions.keras', 'keras3/activations.keras'],
  '`model.json` of TensorFlow.js with its weights beside it, as its converter, `model.save` and Teachable Machine write it, also quantized':
    tfjs,
  "weights alone, with `--architecture` (`deepid`, or an architecture's JSON)": [
    deepid,
    'keras3/plain.weights.h5',
  ],
  'Sequential, functional, models inside models, those of several inputs among them': nested,
  'softmax or logits, two classes or more': ['keras3/shapes.h5', 'keras2/norms.h5'],
  'one sigmoid, as two classes with the logits 0 and z': ['common2/binary.h5', 'common3/binary_after.keras'],
  "a sigmoid a class, as the classes' scores": ['common2/sigmoids.keras', 'common3/sigmoids.keras'],
  'one logit, of a net that was compiled with `BinaryCrossentropy(from_logits=True)`': [
    {
      config: sequential([IMAGE, MEAN, ['Dense', { name: 'output', units: 1 }]]),
      compiled: { loss: { class_name: 'BinaryCrossentropy', config: { from_logits: true } } },
    },
  ],
  'one output without a sigmoid': [
    { config: sequential([IMAGE, MEAN, ['Dense', { name: 'output', units: 1 }]]) },
  ],
  'several images as input, or several outputs': [{ config: both }],
  'grey images without a channel axis, (28, 28)': ['common2/binary.h5', 'common3/sigmoids.keras'],
  'images of any size, with `--input-size`': ['common2/open_size.keras', 'common3/open_size.keras'],
  'images of any size, without it': [[fixture('common2/open_size.keras'), {}]],
  'channels first, in Keras 2 and 3, from (channels, height, width) on': [channelsFirst],
  'channels first in Keras 1, or inside a net that takes channels last': [
    withLayer('MaxPooling2D', first),
    withLayer('MaxPooling2D', { dim_ordering: 'th' }, '1.2.2'),
  ],
  'grouped or dilated convolutions': [
    'common2/grouped.keras',
    'common3/grouped.keras',
    'keras2/dilated.keras',
  ],
  'those that are both': [
    withLayer('Conv2D', {
      filters: 3,
      kernel_size: [3, 3],
      groups: 3,
      dilation_rate: [2, 2],
      use_bias: false,
    }),
  ],
  'Resizing and UpSampling2D, nearest or bilinear': [
    'common2/resized.keras',
    'common3/resized.keras',
    'keras3/shapes.h5',
  ],
  'the same, bicubic or by area, cropped or padded to the aspect ratio': [
    withLayer('UpSampling2D', { interpolation: 'bicubic' }),
    withLayer('Resizing', { height: 8, width: 8, interpolation: 'area' }),
    withLayer('Resizing', { height: 8, width: 8, crop_to_aspect_ratio: true }),
    withLayer('Resizing', { height: 8, width: 8, pad_to_aspect_ratio: true }),
  ],
  'GroupNormalization, UnitNormalization, ELU with alpha': ['common2/norms.keras', 'common3/norms.keras'],
  'ConvNeXt of `keras.applications`': ['common2/convnext.h5', 'common3/convnext.h5'],
  'plain arithmetic (numbers, or one a channel) and activations on tensors (TFOpLambda, `keras.ops`)': [
    'keras2/operations.h5',
    'common3/convnext.h5',
  ],
  'powers, `sqrt`, `exp`, `log`, `abs`, `clip`, quotients, means, sums and extremes by hand; `concat`, `reshape`, `transpose`, `pad`, `image.resize`':
    ['common2/arithmetic.h5', 'common3/arithmetic.h5'],
  '`preprocess_input` inside the net, in all its modes; slices that take or turn channels (`x[..., ::-1]`) or cut rows and columns':
    ['common2/picks.h5', 'common3/picks.h5'],
  'other operations on tensors': [withLayer('TFOpLambda', { function: 'math.cumsum' })],
  '`AutoContrast`, which Keras applies to images that it classifies': [withLayer('AutoContrast', {})],
  'a `Lambda` layer: code from strangers is never executed': [lambda],
  'operator sets 7 to 25, one image as input, one answer': [
    ...exported('mobilenet3_legacy12', 'preact_dynamo21'),
    ...[7, 25].map((opset): Net => ({ onnx: small([], { opset, ...(opset > 17 && axesGiven) }) })),
  ],
  'images channels first, or last with `Transpose` around (tf2onnx); for one image at a time, or any number':
    exported('vgg_fixed13', 'vgg_dynamo20', 'channels_last', 'tf2onnx'),
  "shapes computed of constants and sizes, functions of the file's own, weights in 16 bits, weights beside it (`net.onnx.data`)":
    [...exported('preact_legacy15', 'own_function', 'shuffled'), weightsAt('net.onnx.data')],
  'a bias added apart, GELU by way of `Erf`, x · sigmoid(x)': exported(
    'channels_last',
    'rest_legacy17',
    'efficientnet_legacy16',
  ),
  "weights outside the net's folder, or behind a link": ['../net.bin', '/net.bin', 'linked.bin'].map(
    weightsAt,
  ),
  'operators of other domains (`com.microsoft`), quantized nets': [
    withOperator('Relu', { domain: 'com.microsoft' }),
    withOperator('QuantizeLinear', { inputs: ['m', 'w'] }),
  ],
  'GroupNorm, InstanceNorm and LayerNorm of channels as PyTorch writes them (ConvNeXt), `normalize`, powers and quotients by hand':
    exported(
      'norms_legacy17',
      'norms_dynamo21',
      'convnext_legacy16',
      'convnext_dynamo21',
      'normalized',
      'functions',
    ),
  "attention of tokens: products of two tensors, class tokens and places' embeddings, windows and masks (ViT, Swin)":
    exported(
      'vit_legacy17',
      'vit_dynamo18',
      'swin_dynamo20',
      'tokens_legacy13',
      'tokens_dynamo18',
      'tokens_fixed13',
    ),
  '`Attention`, `Einsum` and others that are not listed, `If`, `Loop`': [
    'Attention',
    'Einsum',
    'If',
    'Loop',
    'Det',
  ].map((operator) => withOperator(operator)),
};

const picture = (path: string) =>
  sharp({ create: { width: 9, height: 4, channels: 3, background: '#246' } })
    .toFormat(/[^.]*$/.exec(path)![0] as 'png')
    .toBuffer();
const inClass = async (...names: string[]) =>
  Object.fromEntries(
    await Promise.all(names.map(async (name) => [`0/${name}`, await picture(name)] as const)),
  );
/** Arrays of one black picture and its label, as np.save writes them. */
const npy = (sides: string, length: number) => {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${sides}), }`.padEnd(117);
  const head = Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, 'latin1');
  return Buffer.concat([head, new Uint8Array(length)]);
};
const arrays = { 'x.npy': npy('1, 4, 5, 3', 60), 'y.npy': npy('1,', 1) };

/** Sets by what README says of pictures: each is written below a folder, and gives its path. */
const SETS: Readonly<Record<string, readonly ((at: string) => Promise<string>)[]>> = {
  'pictures: a folder a class of JPEG, PNG, WebP, or one folder with `labels.csv`': [
    async (at) => writeFiles(at, await inClass('a.jpeg', 'b.png', 'c.webp')),
    async (at) => writeFiles(at, { 'a.png': await picture('a.png'), 'labels.csv': 'file,label\na.png,0\n' }),
  ],
  'pictures: arrays in HDF5, `.npz`, `.npy`': [
    (at) =>
      writeHdf5(`${at}.h5`, {
        data: { data: new Uint8Array(60), shape: [1, 4, 5, 3] },
        label: { data: new Uint8Array(1), shape: [1] },
      }),
    async (at) => join(writeFiles(at, { 'set.npz': zipSync(arrays) }), 'set.npz'),
    async (at) => join(writeFiles(at, arrays), 'x.npy'),
  ],
};
const FITS =
  'pictures of another size or shape: stretched, cropped or padded, as `--fit` tells or the net does best';

/** What the rows of a document say of nets; those of pictures are apart. */
function rowsOf(document: keyof typeof documents): { what: string; read: boolean }[] {
  const text = textOf(document);
  const start = text.indexOf(`## ${documents[document]}\n`);
  const tables = tablesIn(text.slice(start, text.indexOf('\n## ', start + 1)));
  return tables
    .flatMap(({ rows }) => rows)
    .filter(([what, read]) => what !== '' && read !== 'read' && !what!.startsWith('pictures'))
    .map(([what, read]) => ({ what: what!, read: read === 'yes' }));
}

let count = 0;

/** Whether a net is read as one that can be repaired; by the layer's or the file's fault if not. */
async function isRead(net: Net): Promise<boolean> {
  if (typeof net === 'string') return (await inspectNet(fixture(net), optionsOf(net))).problems.length === 0;
  if ('config' in net) {
    const path = join(folder, `${count++}.h5`);
    const units = JSON.stringify(net.config).includes('"units":1}') ? 1 : 3;
    await writeNet(path, { ...net, weights: { output: dense(3, units) } });
    return (await inspectNet(path)).problems.length === 0;
  }
  if ('onnx' in net) {
    const path = join(folder, `${count++}.onnx`);
    writeFileSync(path, onnxFile(net.onnx));
    return (await inspectNet(path)).problems.length === 0;
  }
  const [name, options] = net;
  const path = name.includes('/') ? name : join(folder, name);
  if (path !== name) writeFileSync(path, 'of another kind');
  return await inspectNet(path, options).then(
    ({ problems }) => problems.length === 0,
    () => false,
  );
}

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
  const weights = new Uint8Array(Float32Array.from({ length: 9 }, (_, i) => i - 4).buffer);
  writeFileSync(join(folder, 'net.onnx.data'), weights);
  symlinkSync(join(folder, 'net.onnx.data'), join(folder, 'linked.bin'));
});

const rows = (Object.keys(documents) as (keyof typeof documents)[]).flatMap((document) =>
  rowsOf(document).map((row) => ({ document, ...row })),
);

describe('what documents say is read, or not', () => {
  it.each(rows)('$document: $what: $read', async ({ what, read }) => {
    const nets = NETS[what];
    expect(nets, 'a row needs nets in this test').toBeDefined();
    for (const net of nets!) expect(await isRead(net), JSON.stringify(net)).toBe(read);
  });

  it('the nets made here are read, but for what they are about', async () => {
    expect(await isRead(withLayer('UpSampling2D', { interpolation: 'nearest' }))).toBe(true);
  });

  it('pictures: each set of a row is read, and every such row has sets', async () => {
    const text = textOf('README.md');
    const told = tablesIn(text.slice(text.indexOf('## What it reads')))[0]!.rows.filter(([what]) =>
      what!.startsWith('pictures'),
    );
    expect(told).toEqual([...Object.keys(SETS), FITS].map((what) => [what, 'yes']));
    const shape = { height: 4, width: 5, channels: 3 };
    for (const [row, sets] of Object.values(SETS).entries()) {
      for (const [i, make] of sets.entries()) {
        const set = await openImages(await make(join(folder, `set${row}-${i}`)), { shape, classes: 2 });
        const [batch] = await readAll(set);
        expect(batch!.labels![0]).toBe(0);
        set.close();
      }
    }
    for (const fit of ['stretch', 'crop', 'crop:256/224', 'pad'] as const) {
      const set = await openImages(join(folder, 'set0-0'), { shape: { ...shape, fit }, classes: 2 });
      expect((await readAll(set))[0]!.pixels).toHaveLength(3 * 60);
    }
  });

  it('every net here stands in a row', () => {
    const told = new Set(rows.map(({ what }) => what));
    expect(Object.keys(NETS).filter((what) => !told.has(what))).toEqual([]);
  });

  it('the layers that are read, and those left out, are all named', () => {
    const text = textOf('docs/formats.md');
    const named = (start: string) => {
      const from = text.indexOf(start);
      const list = text.slice(from + start.length, text.indexOf('.\n', from));
      return [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name);
    };
    expect(named('Layers that are read:')).toEqual(knownLayers);
    expect(named('are left out:')).toEqual([...trainingOnlyLayers.keys()].sort());
    expect(named('Operators that are read:')).toEqual(knownOperators);
  });
});

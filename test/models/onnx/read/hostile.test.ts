import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../../../../models/engine';
import { NetError } from '../../../../models/errors';
import { filesOf, inspectNet, loadNet } from '../../../../models/net-files';
import { answers, testImages } from '../../keras/nets';
import { temporaryFolder } from '../../keras/write-net';
import { onnxFixture } from './exported';
import { HOSTILE_NETS } from './hostile-nets';
import { onnxFile, small, type TestNet, type TestTensor, W, wholes } from './write-onnx';

const folder = temporaryFolder();
let count = 0;

function written(bytes: Uint8Array, name = `net${count++}.onnx`): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** What loading says, with no tensor left, in little time; a net is freed. */
async function said(path: string): Promise<string> {
  const before = tf.memory().numTensors;
  const start = process.cpuUsage();
  const loaded = await loadNet(path).catch((error: unknown) => error);
  // Of this process: a busy machine takes none of it.
  const { user, system } = process.cpuUsage(start);
  expect(user + system).toBeLessThan(10_000_000);
  if (loaded instanceof Error) {
    expect(tf.memory().numTensors).toBe(before);
    expect(loaded, loaded.stack).toBeInstanceOf(NetError);
    return loaded.message;
  }
  (loaded as { model: { dispose(): void } }).model.dispose();
  return 'read';
}

const saidOf = (net: TestNet) => said(written(onnxFile(net)));

beforeAll(async () => {
  await startEngine({ engine: 'wasm' });
});

it('the net that hostile files are made from is read', async () => {
  expect(await saidOf(small())).toBe('read');
});

it('a file cut short anywhere is refused as such', async () => {
  const whole = readFileSync(onnxFixture('mobilenet2_legacy17.onnx'));
  const lengths = [
    1,
    2,
    7,
    20,
    64,
    ...Array.from({ length: 30 }, (_, i) => Math.floor((whole.length * (i + 1)) / 31)),
  ];
  for (const length of lengths) {
    expect(await said(written(whole.subarray(0, length), 'cut.onnx')), `${length}`).toMatch(
      /cut short|no ONNX net|no graph/,
    );
  }
  expect(await said(written(new Uint8Array(), 'empty.onnx'))).toMatch(/empty/);
});

it('a file with changed bytes is read or refused, never an error of another kind', async () => {
  let state = 7;
  const random = (below: number) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  for (const name of ['vgg_legacy13.onnx', 'rest_legacy17.onnx']) {
    const whole = readFileSync(onnxFixture(name));
    for (let i = 0; i < 150; i++) {
      const bytes = Uint8Array.from(whole);
      for (let k = 0; k < 3; k++) bytes[random(bytes.length)] = random(256);
      await said(written(bytes, 'changed.onnx'));
    }
  }
});

describe('tensors that claim more than is there', () => {
  it.each<[string, TestTensor]>([
    ['more values than bytes', { dims: [3, 4], raw: new Uint8Array(36) }],
    ['lengths whose product is beyond all memory', { dims: [2 ** 31, 2 ** 31], raw: new Uint8Array(36) }],
    ['a length below zero', { dims: [-3, 3], raw: new Uint8Array(36) }],
    ['a million lengths', { dims: Array.from({ length: 1e6 }, () => 1), raw: new Uint8Array(4) }],
    ['fewer numbers than values', { dims: [3, 3], values: [1] }],
    ['no values', { dims: [3, 3] }],
    ['no numbers', { dims: [3, 3], type: 8, raw: new Uint8Array(9) }],
    ['not a number', { dims: [3, 3], values: [1, 2, 3, 4, Number.NaN, 6, 7, 8, 9] }],
  ])('%s', async (_, w) => {
    expect(await saidOf(small([], { weights: { w } }))).not.toBe('read');
  });
});

describe('sizes that nodes ask for', () => {
  const made = (operator: string, inputs: string[], attributes = {}) => ({
    operator,
    inputs,
    outputs: ['s'],
    attributes,
  });
  it.each<[string, TestNet]>([
    ['an input', small([], { input: ['N', 3, 1e9, 1e9] })],
    [
      'ConstantOfShape',
      small([made('ConstantOfShape', ['n']), { operator: 'Add', inputs: ['m', 's'], outputs: ['a'] }], {
        weights: { n: wholes(1e5, 1e5) },
      }),
    ],
    [
      'Expand',
      small([made('Expand', ['one', 'n']), { operator: 'Add', inputs: ['m', 's'], outputs: ['a'] }], {
        weights: { n: wholes(2 ** 40), one: { dims: [1], values: [1] } },
      }),
    ],
    [
      'Range',
      small(
        [made('Range', ['zero', 'n', 'one']), { operator: 'Reshape', inputs: ['m', 's'], outputs: ['a'] }],
        {
          weights: {
            zero: { dims: [], type: 7, values: [0] },
            n: { dims: [], type: 7, values: [2 ** 40] },
            one: { dims: [], type: 7, values: [1] },
          },
        },
      ),
    ],
    [
      'Pad',
      {
        ...small(),
        nodes: [made('Pad', ['x', 'n']), ...small().nodes],
        weights: { w: W, n: wholes(0, 0, 2 ** 40, 0, 0, 0, 0, 0) },
        outputs: ['s'],
      },
    ],
    [
      'Resize',
      {
        nodes: [
          { operator: 'Resize', inputs: ['x', '', '', 'n'], outputs: ['y'], attributes: { mode: 'linear' } },
        ],
        weights: { n: wholes(1, 3, 1e9, 1e9) },
      },
    ],
    [
      'ScatterND',
      small([made('ScatterND', ['w', 'n', 'u']), { operator: 'Add', inputs: ['m', 's'], outputs: ['a'] }], {
        weights: {
          w: W,
          n: { dims: [1, 1], type: 7, values: [2 ** 40] },
          u: { dims: [1, 3], values: [1, 2, 3] },
        },
      }),
    ],
    [
      'a product of long ones',
      small(
        [
          { operator: 'Reshape', inputs: ['m', 'column'], outputs: ['c'] },
          { operator: 'Expand', inputs: ['c', 'n'], outputs: ['d'] },
          { operator: 'Transpose', inputs: ['d'], outputs: ['e'], attributes: { perm: [0, 2, 1] } },
          { operator: 'MatMul', inputs: ['e', 'd'], outputs: ['a'] },
        ],
        { weights: { w: W, column: wholes(-1, 3, 1), n: wholes(1, 3, 2 ** 16) } },
      ),
    ],
    [
      'a part of a long one',
      small(
        [
          { operator: 'Reshape', inputs: ['m', 'column'], outputs: ['c'] },
          { operator: 'Expand', inputs: ['c', 'n'], outputs: ['d'] },
          { operator: 'Slice', inputs: ['d', 'one', 'end', 'two'], outputs: ['a'] },
        ],
        {
          weights: {
            w: W,
            column: wholes(-1, 3, 1),
            n: wholes(1, 3, 2 ** 24),
            one: wholes(1),
            two: wholes(2),
            end: wholes(2 ** 24),
          },
        },
      ),
    ],
    ['Reshape', small([made('Reshape', ['m', 'n'])], { weights: { n: wholes(-1, 2 ** 50) } })],
    [
      'a window',
      { nodes: [{ operator: 'MaxPool', inputs: ['x'], attributes: { kernel_shape: [1e9, 1e9] } }] },
    ],
    [
      'pads',
      {
        nodes: [
          {
            operator: 'MaxPool',
            inputs: ['x'],
            attributes: { kernel_shape: [2, 2], pads: [1e9, 0, 1e9, 0] },
          },
        ],
      },
    ],
  ])('%s', async (_, net) => {
    expect(await saidOf(net)).not.toBe('read');
  });
});

describe('graphs that don’t hold together', () => {
  const relu = (input: string, output: string) => ({ operator: 'Relu', inputs: [input], outputs: [output] });
  it.each<[string, TestNet, RegExp]>([
    ['a circle', small([relu('b', 'a'), relu('a', 'b')]), /works on "b", which nothing before it gives/],
    ['a node of itself', small([relu('a', 'a')]), /works on "a"/],
    ['a name that nothing gives', small([relu('nowhere', 'a')]), /works on "nowhere"/],
    ['a name twice', small([relu('m', 'a'), relu('a', 'a')]), /two tensors of the name "a"/],
    [
      'weights twice',
      {
        ...small(),
        weights: [
          ['w', W],
          ['w', W],
        ],
      },
      /two tensors of the name "w"/,
    ],
    ['two inputs', small([], { inputs: ['x', 'x2'] }), /2 inputs and 1 outputs/],
    ['two outputs', small([], { outputs: ['y', 'm'] }), /1 inputs and 2 outputs/],
    ['an output that nothing gives', small([], { outputs: ['z'] }), /answers the same/],
    ['no nodes', { nodes: [], outputs: ['x'] }, /output is/],
    [
      'another domain',
      small([{ ...relu('m', 'a'), domain: 'com.example' }]),
      /Node "the Relu" \(com\.example\.Relu\).* domain "com\.example"/,
    ],
    [
      'an operator that is not known',
      small([{ operator: 'Det', inputs: ['m'], outputs: ['a'] }]),
      /Node "the Det" \(Det\) is an operator that GoodNet does not know/,
    ],
    [
      'an attribute that is not known',
      small([{ ...relu('m', 'a'), attributes: { odd: 1 } }]),
      /attribute "odd"/,
    ],
    ['an operator set before all', small([], { opset: 3 }), /operator set 3/],
    ['an operator set of times to come', small([], { opset: 99 }), /operator set 99/],
    [
      'too many layers',
      small(Array.from({ length: 3000 }, (_, i) => relu(i === 0 ? 'm' : `a${i - 1}`, `a${i}`))),
      /more than 2500 nodes/,
    ],
  ])('%s', async (_, net, message) => {
    expect(await saidOf(net)).toMatch(message);
  });

  it('inspect names all operators that are in the way', async () => {
    const odd = small([
      { operator: 'Det', inputs: ['m'], outputs: ['a'] },
      { operator: 'Odd', inputs: ['a'], outputs: ['b'], domain: 'com.example' },
    ]);
    const { problems } = await inspectNet(written(onnxFile(odd)));
    expect(problems).toEqual([
      expect.stringContaining('(Det)'),
      expect.stringContaining('(com.example.Odd)'),
    ]);
  });
});

describe('functions of the file’s own', () => {
  const call = (name: string, inputs = ['m'], outputs = ['a']) => ({
    operator: name,
    inputs,
    outputs,
    domain: 'own',
  });
  it('are written out, with their attributes', async () => {
    const body = [
      { operator: 'LeakyRelu', inputs: ['i'], outputs: ['o'], attributes: { alpha: { from: 'slope' } } },
    ];
    const functions = [{ name: 'Leak', inputs: ['i'], outputs: ['o'], nodes: body }];
    const path = written(onnxFile(small([{ ...call('Leak'), attributes: { slope: 0.5 } }], { functions })));
    const net = await loadNet(path);
    const leaky = net.model.layers.find((layer) => layer.getClassName() === 'LeakyReLU');
    expect(leaky?.getConfig().alpha).toBeCloseTo(0.5);
    net.model.dispose();
  });

  it('that call each other in a circle are refused', async () => {
    const functions = ['A', 'B'].map((name, i) => ({
      name,
      inputs: ['i'],
      outputs: ['o'],
      nodes: [call('BA'[i]!, ['i'], ['o'])],
    }));
    expect(await saidOf(small([call('A')], { functions }))).toMatch(/more than 16 deep/);
  });
});

it.each(Object.entries(HOSTILE_NETS))('%s', async (_, bytes) => {
  expect(await said(written(bytes()))).toMatch(/more than|too large|would be|does not know/);
});

describe('weights in other files', () => {
  const values = new Uint8Array(Float32Array.from(W.values!).buffer);
  const net = (location: string, more = {}) =>
    small([], { weights: { w: { dims: [3, 3], external: { location, ...more } } } });

  it('of the net’s folder, or below it, are read and belong to the net', async () => {
    mkdirSync(join(folder, 'below'), { recursive: true });
    writeFileSync(join(folder, 'below/w.bin'), Buffer.concat([new Uint8Array(8), values]));
    const path = written(onnxFile(net('below/w.bin', { offset: '8', length: '36' })), 'outside.onnx');
    const [inside, outside] = [await loadNet(written(onnxFile(small()))), await loadNet(path)];
    const images = testImages(outside.inputShape);
    expect(answers(outside.model, images)).toEqual(answers(inside.model, images));
    images.dispose();
    for (const each of [inside, outside]) each.model.dispose();
    expect(await filesOf(path)).toEqual([path, join(folder, 'below/w.bin')]);
  });

  it('elsewhere are refused', async () => {
    mkdirSync(join(folder, 'net'), { recursive: true });
    writeFileSync(join(folder, 'secret.bin'), values);
    symlinkSync(join(folder, 'secret.bin'), join(folder, 'net/link.bin'));
    symlinkSync(folder, join(folder, 'net/linked'));
    writeFileSync(join(folder, 'net/w.bin'), values);
    for (const location of [
      '../secret.bin',
      'a/../../secret.bin',
      join(folder, 'secret.bin'),
      './../secret.bin',
      '..',
      '',
      'C:\\w.bin',
      '..\\secret.bin',
      './w.bin',
      'net//w.bin',
      'w.bin\0',
    ])
      expect(await said(written(onnxFile(net(location)), 'net/escape.onnx')), location).toMatch(
        /no place within the net's folder/,
      );
    for (const location of ['link.bin', 'linked/secret.bin', 'linked', '.git'])
      expect(await said(written(onnxFile(net(location)), 'net/escape.onnx')), location).toMatch(
        /link, or no file|not there/,
      );
    expect(await said(written(onnxFile(net('w.bin')), 'net/fine.onnx'))).toBe('read');
  });

  it('that are not as told are refused', async () => {
    writeFileSync(join(folder, 'w.bin'), values);
    for (const more of [
      { offset: '8' },
      { length: '40' },
      { length: '20' },
      { offset: '-4' },
      { offset: '1e3' },
      { offset: '99999999999999' },
    ])
      expect(await said(written(onnxFile(net('w.bin', more)))), JSON.stringify(more)).toMatch(
        /bytes|tells its/,
      );
    expect(await said(written(onnxFile(net('missing.bin'))))).toMatch(/"missing\.bin", which is not there/);
  });
});

/** Nodes between images' mean `m` (batch, 3), or images, and the end. */
const refusedNodes: [
  what: string,
  node: TestNet['nodes'][number],
  weights: Record<string, TestTensor>,
  message: RegExp,
][] = [
  [
    'an exponent a channel',
    { operator: 'Pow', inputs: ['m', 'e'], outputs: ['a'] },
    { e: { dims: [3], values: [1, 2, 3] } },
    /has an exponent that is not one number/,
  ],
  [
    'the highest of a value and a number a channel',
    { operator: 'Max', inputs: ['m', 'e'], outputs: ['a'] },
    { e: { dims: [3], values: [1, 2, 3] } },
    /has a constant that is not one number/,
  ],
  [
    'a sum over the images',
    { operator: 'ReduceSum', inputs: ['m', 'e'], outputs: ['a'] },
    { e: wholes(0) },
    /runs over the images/,
  ],
  [
    'channels that are not there',
    { operator: 'Gather', inputs: ['m', 'e'], outputs: ['a'], attributes: { axis: 1 } },
    { e: wholes(0, 3) },
    /takes a part that is not fixed/,
  ],
  [
    'groups that do not fit',
    {
      operator: 'GroupNormalization',
      inputs: ['m', 'e', 'e'],
      outputs: ['a'],
      attributes: { num_groups: 2 },
    },
    { e: { dims: [2], values: [1, 1] } },
    /has 2 groups of 3 channels/,
  ],
  [
    'values broadcast to a size that no net has',
    { operator: 'Expand', inputs: ['x', 'e'], outputs: ['a'] },
    { e: wholes(1, 3, 2 ** 20, 8) },
    /joins 1×3×8×8 and 1×3×1048576×8/,
  ],
  [
    'parts that are more than there is',
    { operator: 'Split', inputs: ['m', 'e'], outputs: ['a', 'b'], attributes: { axis: 1 } },
    { e: wholes(2, 2 ** 40) },
    /splits 3 places into 2, 1099511627776/,
  ],
  [
    'more parts than outputs',
    { operator: 'Split', inputs: ['m'], outputs: ['a'], attributes: { axis: 1, num_outputs: 2 ** 30 } },
    {},
    /splits 3 places into 1/,
  ],
  [
    'the images split',
    { operator: 'Split', inputs: ['m'], outputs: ['a'], attributes: { axis: 0 } },
    {},
    /runs over the images/,
  ],
  [
    'a product of what does not fit',
    { operator: 'MatMul', inputs: ['m', 'm'], outputs: ['a'] },
    {},
    /multiplies 1×3 and 1×3/,
  ],
  [
    'a softmax over the images',
    { operator: 'Softmax', inputs: ['m'], outputs: ['a'], attributes: { axis: 0 } },
    {},
    /runs over the images/,
  ],
  [
    'joined with a constant that does not fit',
    { operator: 'Concat', inputs: ['m', 'e'], outputs: ['a'], attributes: { axis: 1 } },
    { e: { dims: [2, 3], values: [1, 2, 3, 4, 5, 6] } },
    /joins 1×3 and 2×3/,
  ],
  [
    'a constant for each image that is too large',
    { operator: 'Add', inputs: ['m', 'e'], outputs: ['a'] },
    { e: { dims: [2 ** 21, 3], raw: new Uint8Array(4 * 3 * 2 ** 21) } },
    /has a constant of 2097152×3 for each image/,
  ],
  [
    'scale and shift of another length',
    { operator: 'LayerNormalization', inputs: ['m', 'e'], outputs: ['a'] },
    { e: { dims: [2], values: [1, 1] } },
    /has no weights for 3 values/,
  ],
  [
    'a stride that makes too much, most of it cut off',
    {
      operator: 'ConvTranspose',
      inputs: ['x', 'e'],
      outputs: ['a'],
      attributes: { strides: [2 ** 20, 2 ** 20], pads: [2 ** 22, 2 ** 22, 2 ** 21, 2 ** 21] },
    },
    { e: { dims: [3, 1, 1, 1], values: [1, 1, 1] } },
    /would give 8388608×8388608×1 values/,
  ],
];

it.each(refusedNodes)('%s: refused', async (_, node, weights, message) => {
  expect(
    await saidOf({
      opset: 21,
      weights,
      nodes: [
        { operator: 'GlobalAveragePool', inputs: ['x'], outputs: ['p'] },
        { operator: 'Flatten', inputs: ['p'], outputs: ['m'] },
        node,
        { operator: 'GlobalAveragePool', inputs: ['a'] },
      ],
    }),
  ).toMatch(message);
});

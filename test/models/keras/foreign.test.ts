import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { File, ready } from 'h5wasm/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImages } from '../../../build-repair/images/open-images';
import { startEngine } from '../../../models/engine';
import { type GoodNetError, ImageError, NetError } from '../../../models/errors';
import { inspectNet, loadNet } from '../../../models/keras';
import { foreignFile } from '../../../models/keras/file/foreign';

const work = mkdtempSync(join(tmpdir(), 'goodnet-foreign-'));
const fixture = (name: string) => join('test/fixtures/keras', name);
afterAll(() => rmSync(work, { recursive: true, force: true }));
beforeAll(async () => {
  await ready;
  await startEngine({ engine: 'wasm' });
});

const bytes = (hex: string, text = '') => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(text)]);
const zip = (...names: string[]) => zipSync(Object.fromEntries(names.map((name) => [name, strToU8('x')])));
const safetensors = '{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
const length = Buffer.alloc(8);
length.writeBigUInt64LE(BigInt(safetensors.length));
/** A field of protobuf: its tag, the length, the text. */
const field = (tag: number, text: string) =>
  Buffer.concat([Buffer.from([tag, text.length]), Buffer.from(text)]);
const node = Buffer.concat([field(0x0a, 'input'), field(0x12, 'Placeholder')]);

/** The first bytes are those that each tool writes: torch.save, onnx.save, numpy.savez, scipy.io.savemat, … */
const FILES: [name: string, what: RegExp, content: Uint8Array | string, hint: RegExp][] = [
  ['net.pt', /a PyTorch file/, zip('archive/data.pkl', 'archive/data/0'), /torch\.onnx\.export/],
  ['old.pth', /a PyTorch file/, bytes('80028a0a6cfc9c46f9206aa850192e80'), /torch\.onnx\.export/],
  ['net.onnx', /an ONNX net/, bytes('080d3a3c0a0c0a01781201792204'), /goodnet inspect net\.onnx/],
  ['torch.onnx', /an ONNX net/, bytes('080d12077079746f7263683a3c0a'), /goodnet inspect net\.onnx/],
  ['net.tflite', /a TensorFlow Lite net/, bytes('1c000000', 'TFL3'), /converted from/],
  ['saved_model.pb', /a TensorFlow SavedModel/, bytes('080112ff01'), /tf_keras\.models\.load_model/],
  [
    'graph.pb',
    /a frozen TensorFlow graph/,
    Buffer.concat([Buffer.from([0x0a, node.length]), node]),
    /frozen from/,
  ],
  ['w.safetensors', /a safetensors file/, Buffer.concat([length, Buffer.from(safetensors)]), /load_file/],
  ['graph.json', /a TensorFlow\.js graph/, '{"format":"graph-model","modelTopology":{}}', /converted from/],
  ['net.json', /an architecture of Keras/, '{"class_name":"Sequential","config":{}}', /--architecture/],
  ['w.npz', /a NumPy file/, zip('w0.npy', 'w1.npy'), /set_weights/],
  ['w.npy', /a NumPy file/, bytes('934e554d5059010076'), /set_weights/],
  ['net.pkl', /a Python pickle/, bytes('80049510'), /can run any code/],
  ['net.mat', /a MATLAB file/, 'MATLAB 5.0 MAT-file Platform: posix', /exportONNXNetwork/],
  ['saved.zip', /a packed TensorFlow SavedModel/, zip('net/saved_model.pb'), /load_model/],
  ['some.zip', /a zip archive of 2 files/, zip('a.txt', 'net/net.h5'), /net\/net\.h5 is in it/],
  ['any.zip', /a zip archive of one file/, zip('a.txt'), /model\.save\(\)/],
  ['net.tar.gz', /a packed archive/, bytes('1f8b0800'), /Unpack it/],
  ['face.png', /an image/, bytes('89504e470d0a1a0a'), /Give the net first/],
  ['net.html', /a web page/, '\n<!DOCTYPE html><html>', /download the file itself/],
  ['lfs.h5', /a pointer of Git LFS/, 'version https://git-lfs.github.com/spec/v1\n', /git lfs pull/],
];

describe('a net of another kind is named for what it is, with the way in', () => {
  test.each(FILES)('%s', async (name, what, content, hint) => {
    // By its bytes, whatever it is called.
    for (const path of [join(work, name), join(work, `${name}.h5`)]) {
      writeFileSync(path, content);
      for (const open of [inspectNet, loadNet]) {
        const error = (await open(path).catch((thrown: unknown) => thrown)) as GoodNetError;
        expect(error).toBeInstanceOf(NetError);
        expect(error.message).toMatch(what);
        expect(error.message).toContain(`${path}: The file is`);
        expect(error.hint).toMatch(hint);
      }
    }
  });

  test('a MATLAB file of version 7.3, which is HDF5, too', async () => {
    const path = join(work, 'v73.mat');
    const header = Buffer.alloc(512);
    header.write('MATLAB 7.3 MAT-file, Platform: GLNXA64');
    writeFileSync(path, Buffer.concat([header, bytes('894844460d0a1a0a')]));
    await expect(loadNet(path)).rejects.toThrow(/a MATLAB file/);
  });

  test.each<[string, RegExp, string[], RegExp]>([
    [
      'saved',
      /a TensorFlow SavedModel/,
      ['saved_model.pb', 'variables/variables.index'],
      /load_model\('.*saved'\)/,
    ],
    ['unpacked', /a \.keras archive that was unpacked/, ['config.json', 'model.weights.h5'], /zip -r/],
    ['store', /a store or a bundle of GoodNet/, ['current.json'], /goodnet evaluate/],
    ['checkpoint', /a TensorFlow checkpoint/, ['checkpoint', 'net.index'], /load_weights/],
    [
      'tfjs',
      /a folder with a TensorFlow\.js net/,
      ['model.json', 'group1-shard1of1.bin'],
      /tfjs\/model\.json$/,
    ],
    ['of-nets', /a folder/, ['README.md', 'net.h5'], /of-nets\/net\.h5$/],
    ['nothing', /a folder/, [], /\.h5, \.keras or \.onnx/],
    ['images', /a folder of images/, ['0/a.png', '1/b.png'], /goodnet repair NET --clean FOLDER/],
    ['flat', /a folder of images/, ['a.png'], /goodnet repair NET --clean FOLDER/],
  ])('a folder: %s', async (name, what, files, hint) => {
    const folder = join(work, 'folders', name);
    mkdirSync(folder, { recursive: true });
    for (const file of files) {
      mkdirSync(join(folder, file, '..'), { recursive: true });
      writeFileSync(join(folder, file), file.endsWith('.png') ? bytes('89504e470d0a1a0a') : 'x');
    }
    const error = (await inspectNet(folder).catch((thrown: unknown) => thrown)) as GoodNetError;
    expect(error.message).toMatch(what);
    expect(error.hint).toMatch(hint);
  });

  test('a set of images', async () => {
    const path = join(work, 'images.h5');
    const file = new File(path, 'w');
    file.create_dataset({ name: 'data', data: new Float32Array(4) });
    file.close();
    await expect(inspectNet(path)).rejects.toThrow(/a set of images/);
  });

  test('what is none of these stays unknown', () => {
    for (const text of ['', 'x', '{', '{"a":1}', 'hello there, this is no net at all'])
      expect(foreignFile(Buffer.from(text))).toBeUndefined();
    for (const hex of ['00', '0801', '0a05ffffffff', '80', 'ffffffffffffffffffffff'])
      expect(foreignFile(bytes(hex))).toBeUndefined();
  });
});

describe('a net that is given as images is named so', () => {
  const shape = { height: 4, width: 4, channels: 3 };
  test.each(['keras2/plain_trained.h5', 'keras2/plain_weights.h5', 'keras3/plain.weights.h5'])(
    '%s',
    async (net) => {
      for (const labelsRequired of [true, false]) {
        const opened = openImages(fixture(net), { shape, labelsRequired });
        await expect(opened).rejects.toThrow(/is a net, not a set of images/);
      }
    },
  );

  test.each<[string, RegExp]>([
    [fixture('keras3/nested.keras'), /a zip archive \(a \.keras net is one\), not a set of labelled images/],
    [join(work, 'net.onnx'), /an ONNX net, not a set of labelled images/],
    [join(work, 'face.png'), /an image, not a set of labelled images/],
  ])('%s', async (path, what) => {
    const error = await openImages(path, { shape }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ImageError);
    expect((error as ImageError).message).toMatch(what);
    expect((error as ImageError).hint).toMatch(/a folder with a folder a class/);
  });
});

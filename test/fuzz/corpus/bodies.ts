import { formOf, type HostileRequest, jsonOf } from './input';
import { photograph } from './pictures';

const FACES = '/v2/models/faces/infer';
/** Its model takes pictures of 224 × 224. */
const PHOTOS = '/v2/models/photos/infer';
const ROOM = 20 * 2 ** 20;
const MANY = 300_000;

const faces = { name: 'images', shape: [1, 40, 32, 3], datatype: 'FP32' };
const blank = `[${Array(3840).fill('7').join()}]`;
/** A request of one tensor, with more. */
const infer = (more: string, tensor = '') =>
  `{"inputs":[{${JSON.stringify(faces).slice(1, -1)},"data":${blank}${tensor}}]${more}}`;
const many = (each: string, times = MANY) => `[${Array(times).fill(each).join()}]`;
const members = (value: string) => `{${Array.from({ length: MANY }, (_, i) => `"k${i}":${value}`).join()}}`;

const PHOTO = 224 * 224 * 3;
/** A tensor of as many photographs as fit into a request, of these values in turn. */
function photos(values: readonly string[], datatype = 'FP32'): string {
  const room = ROOM - 1000;
  const each = values.reduce((sum, { length }) => sum + length + 1, 0) / values.length;
  const count = Math.min(64, Math.floor(room / (PHOTO * each)));
  const one = Array.from({ length: PHOTO }, (_, i) => values[i % values.length]!).join();
  const data = Array<string>(count).fill(one).join();
  return `{"inputs":[{"name":"images","shape":[${count},224,224,3],"datatype":"${datatype}","data":[${data}]}]}`;
}
/** The same, nested as its shape is. */
function nestedPhotos(): string {
  const pixel = '[10,20,200]';
  const photo = `[${Array(224)
    .fill(`[${Array(224).fill(pixel).join()}]`)
    .join()}]`;
  const count = Math.floor((ROOM - 1000) / (photo.length + 1));
  return `{"inputs":[{"name":"images","shape":[${count},224,224,3],"datatype":"UINT8","data":[${Array(count).fill(photo).join()}]}]}`;
}
const binary = (datatype: 'UINT8' | 'FP32', count: number) => {
  const bytes = count * PHOTO * (datatype === 'UINT8' ? 1 : 4);
  const head = JSON.stringify({
    inputs: [
      { name: 'images', shape: [count, 224, 224, 3], datatype, parameters: { binary_data_size: bytes } },
    ],
  });
  return {
    path: PHOTOS,
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    body: Buffer.concat([Buffer.from(head), Buffer.alloc(bytes)]),
  };
};

const json = (name: string, text: () => string, path = FACES, pixels = 0): HostileRequest => ({
  name,
  make: () => jsonOf(text(), path),
  pixels,
});
const CLASSIFY = '/v1/models/faces/classify';
const picture = () => photograph(3, 320, 400).jpeg().toBuffer();

export const BODIES: readonly HostileRequest[] = [
  json('tensor of 20 MB, FP32', () => photos(['12', '255', '0', '99']), PHOTOS, 3_000_000),
  json('tensor of 20 MB, FP32, decimals', () => photos(['12.25', '0.0625', '254.99']), PHOTOS, 1_000_000),
  json(
    'tensor of 20 MB, FP32, 17 digits',
    () => photos(['12.345678901234567', '1.2345678901234567e+2']),
    PHOTOS,
    400_000,
  ),
  json('tensor of 9 million values, UINT8', () => photos(['7'], 'UINT8'), PHOTOS, 3_200_000),
  json('tensor of 20 MB, nested', nestedPhotos, PHOTOS, 1_700_000),
  json('tensor of 20 MB of blanks', () => infer(' '.repeat(ROOM - 30_000))),
  json(
    'tensor that is no number at its end',
    () => photos(['7']).replace(/7\]\}\]\}$/, '"7"]}]}'),
    PHOTOS,
    3_200_000,
  ),
  json('tensor of 20 MB that breaks off', () => photos(['7']).slice(0, -10), PHOTOS, 3_200_000),
  json('tensor of 6 million empty lists', () => `{"inputs":[{"data":${many('[]', 6_000_000)}}]}`, PHOTOS),
  json('tensor of 2 million texts', () => `{"inputs":[{"data":${many('"\\u00e9"', 2_000_000)}}]}`, PHOTOS),
  json('300,000 parameters', () => infer(`,"parameters":${members('[]')}`)),
  json('300,000 parameters of a tensor', () => infer('', `,"parameters":${members('{}')}`)),
  json('300,000 unknown keys', () => infer(`,"more":${members('1')}`)),
  json('300,000 outputs', () => infer(`,"outputs":${many('1')}`)),
  json('300,000 times one output', () => infer(`,"outputs":${many('{"name":"class"}')}`)),
  json('a depth of 9 million', () => infer(`,"more":${'['.repeat(9e6)}${']'.repeat(9e6)}`)),
  json('an id of 20 MB, escaped', () => infer(`,"id":"${'\\u00e9'.repeat(3_400_000)}"`)),
  json('a key of 20 MB', () => infer(`,"${'k'.repeat(20e6)}":1`)),
  json('10,000 keys of 2 KB', () =>
    infer(`,"more":{${Array.from({ length: 9900 }, (_, i) => `"${'k'.repeat(2000)}${i}":1`).join()}}`),
  ),
  { name: 'binary tensor of 64 photographs, UINT8', make: () => binary('UINT8', 64), pixels: 64 * 224 * 224 },
  { name: 'binary tensor of 34 photographs, FP32', make: () => binary('FP32', 34), pixels: 34 * 224 * 224 },
  json('images: 9,000 of none', () => `{"images":${many('{"base64":1}', 9000)}}`, CLASSIFY),
  json('images: 300,000', () => `{"images":${many('{"base64":""}')}}`, CLASSIFY),
  json('images: a name of 20 MB', () => `{"images":[{"name":"${'x'.repeat(20e6)}","base64":""}]}`, CLASSIFY),
  json(
    'images: base64 of 13 MB that is no image',
    () => `{"images":[{"base64":"${'A'.repeat(13.9e6)}"}]}`,
    CLASSIFY,
  ),
  json(
    'images: base64 of 13 MB with a fault at its end',
    () => `{"images":[{"base64":"${'A'.repeat(13.9e6)}!AAA"}]}`,
    CLASSIFY,
  ),
  json(
    'images: base64 of 20 MB, escaped',
    () => `{"images":[{"base64":"${'\\u0041'.repeat(3_400_000)}"}]}`,
    CLASSIFY,
  ),
  {
    name: 'images: 64 of 300 KB in base64',
    make: async () => {
      const file = Buffer.concat([await picture(), Buffer.alloc(200_000)]).toString('base64');
      return jsonOf(
        `{"images":${many(`{"base64":"${file}"}`, Math.min(64, Math.floor(ROOM / (file.length + 14)) - 1))}}`,
        CLASSIFY,
      );
    },
    pixels: 64 * 320 * 400,
    largest: 320 * 400,
  },
  { name: 'form: one file of 20 MB', make: () => formOf([Buffer.alloc(ROOM - 200, 'x')]) },
  {
    name: 'form: 64 pictures of 320 KB',
    make: async () => formOf(Array(60).fill(Buffer.concat([await picture(), Buffer.alloc(300_000)]))),
    pixels: 60 * 320 * 400,
    largest: 320 * 400,
  },
  { name: 'form: 200,000 empty files', make: () => formOf(Array(200_000).fill(Buffer.alloc(0))) },
  {
    name: 'form: 300,000 fields without a file',
    make: () => ({
      headers: { 'content-type': 'multipart/form-data; boundary=XX' },
      body: Buffer.from(
        `${'--XX\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(300_000)}--XX--\r\n`,
      ),
    }),
  },
  {
    name: 'form: 20 MB of beginnings of its boundary',
    make: () => formOf([Buffer.alloc(ROOM - 200, '\r\n--X')]),
  },
  { name: 'form: a header of 20 MB', make: () => formOf([], '') && headerOf('x'.repeat(20e6)) },
  { name: 'form: 900,000 headers', make: () => headerOf('"\r\nX: a; b="c'.repeat(900_000)) },
  { name: 'form: 20 MB of nothing but line ends', make: () => formless('\r\n'.repeat(10e6)) },
  { name: 'query: alpha of 8,000 digits', make: () => query(`alpha=${'1'.repeat(8000)}x`) },
  { name: 'query: alpha of 15,000 digits', make: () => query(`alpha=${'1'.repeat(15_000)}x`) },
  { name: 'query: 2,000 parameters', make: () => query('a=&'.repeat(2000)) },
  { name: 'query: 2,000 times alpha', make: () => query('alpha&'.repeat(1300)) },
  { name: 'query: 2,600 bytes in percent', make: () => query(`alpha=${'%C3%A9'.repeat(1300)}`) },
];

function headerOf(text: string) {
  return formOf([Buffer.alloc(0)], `${text}"`);
}
function formless(text: string) {
  return { headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body: Buffer.from(text) };
}
function query(text: string) {
  return { path: `${CLASSIFY}?${text}`, body: Buffer.alloc(1) };
}

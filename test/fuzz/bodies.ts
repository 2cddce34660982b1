import fc from 'fast-check';
import sharp from 'sharp';

/** A request that may be anything. */
export interface FuzzedRequest {
  readonly path: string;
  readonly type: string | undefined;
  readonly body: Uint8Array;
}

const TYPES = [
  undefined,
  'image/png',
  'image/jpeg',
  'text/plain',
  'application/json',
  'multipart/form-data; boundary=XX',
];
const PATHS = [
  '/v1/classify',
  '/v1/classify?alpha=0.02',
  '/v1/classify?detail=3',
  '/v1/models/colours/classify',
  '/v2/models/colours/infer',
];

/** Real files: every type and kind that is taken, and some that are not. */
export async function realFiles(): Promise<Uint8Array[]> {
  const plain = () =>
    sharp({
      create: { width: 24, height: 18, channels: 4, background: { r: 9, g: 99, b: 200, alpha: 0.5 } },
    });
  const noisy = sharp(Buffer.from(Array.from({ length: 24 * 18 * 3 }, (_, i) => (i * 7919) % 256)), {
    raw: { width: 24, height: 18, channels: 3 },
  });
  const files = await Promise.all([
    plain().png().toBuffer(),
    plain().png({ palette: true }).toBuffer(),
    noisy.clone().toColourspace('rgb16').png().toBuffer(),
    noisy.clone().jpeg().toBuffer(),
    noisy.clone().jpeg({ progressive: true }).toBuffer(),
    noisy.clone().toColourspace('cmyk').jpeg().toBuffer(),
    noisy.clone().grayscale().jpeg().toBuffer(),
    noisy.clone().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
    plain().webp().toBuffer(),
    plain().webp({ lossless: true }).toBuffer(),
    plain().gif().toBuffer(),
    plain().tiff().toBuffer(),
  ]);
  const infer = {
    inputs: [{ name: 'images', shape: [1, 4, 5, 3], datatype: 'FP32', data: Array(60).fill(7) }],
  };
  const json = {
    images: [{ base64: Buffer.from(files[0]!).toString('base64') }, { name: 'x', base64: 'AAAA' }],
  };
  const form = [
    '--XX\r\nContent-Disposition: form-data; name="a"; filename="a.png"\r\n\r\n',
    '\r\n--XX--\r\n',
  ];
  return [
    ...files,
    Buffer.from(JSON.stringify(json)),
    Buffer.from(JSON.stringify(infer)),
    Buffer.concat([Buffer.from(form[0]!), files[1]!, Buffer.from(form[1]!)]),
  ].map((buffer) => new Uint8Array(buffer));
}

type Change = (bytes: Uint8Array) => Uint8Array;

const at = fc.double({ min: 0, max: 1, noNaN: true });
const placed = (bytes: Uint8Array, place: number) =>
  Math.min(bytes.length - 1, Math.floor(place * bytes.length));

const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(at, fc.nat(255)).map(
    ([place, value]): Change =>
      (bytes) => {
        const made = bytes.slice();
        if (made.length > 0) made[placed(made, place)] = value;
        return made;
      },
  ),
  at.map(
    (place): Change =>
      (bytes) =>
        bytes.slice(0, placed(bytes, place)),
  ),
  fc.tuple(at, fc.uint8Array({ maxLength: 40 })).map(
    ([place, more]): Change =>
      (bytes) =>
        new Uint8Array([
          ...bytes.slice(0, placed(bytes, place)),
          ...more,
          ...bytes.slice(placed(bytes, place)),
        ]),
  ),
  fc.tuple(at, fc.constantFrom(0, 0xff, 0x7f)).map(
    ([place, value]): Change =>
      (bytes) => {
        const made = bytes.slice();
        made.fill(value, placed(made, place), placed(made, place) + 4);
        return made;
      },
  ),
);

/** Real files, changed in up to five places, and bytes of no kind. @param files see realFiles */
export function requests(files: readonly Uint8Array[]): fc.Arbitrary<FuzzedRequest> {
  const mutated = fc
    .tuple(fc.constantFrom(...files), fc.array(change, { maxLength: 5 }))
    .map(([file, changes]) => changes.reduce((bytes, each) => each(bytes), file));
  return fc.record({
    path: fc.constantFrom(...PATHS),
    type: fc.constantFrom(...TYPES),
    body: fc.oneof(
      { weight: 9, arbitrary: mutated },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
    ),
  });
}

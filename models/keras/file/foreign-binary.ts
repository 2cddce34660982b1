import { FOREIGN, type Foreign } from './foreign-kinds';

/** Whether bytes begin like a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/** What a file is by its first bytes; see each format's own description for what these are. */
export function binaryForeign(bytes: Uint8Array): Foreign | undefined {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (start: number, end: number) => file.toString('latin1', start, end);
  if (text(4, 8) === 'TFL3') return FOREIGN.tflite;
  if (text(0, 6) === '\x93NUMPY') return FOREIGN.numpy;
  if (/^MATLAB \d/.test(text(0, 16))) return FOREIGN.matlab;
  if (isImage(file)) return FOREIGN.image;
  if (isPacked(file)) return FOREIGN.packed;
  if (isSafetensors(file)) return FOREIGN.safetensors;
  // PyTorch's magic number, itself pickled, before the rest: what torch.save wrote before 1.6.
  if (/^80..8a0a6cfc9c46f9206aa85019/.test(file.toString('hex', 0, 14))) return FOREIGN.pytorch;
  if (/^80(02|03|04|05)/.test(file.toString('hex', 0, 2))) return FOREIGN.pickle;
  return protobufForeign(file);
}

/** JPEG, PNG, GIF, WebP, or BMP. */
function isImage(file: Buffer): boolean {
  const head = file.toString('hex', 0, 12);
  return /^(ffd8ff|89504e470d0a1a0a|47494638|52494646.{8}57454250|424d.{8}00000000)/.test(head);
}

/** gzip, xz, bzip2, Zstandard, 7-Zip, RAR, or tar. */
function isPacked(file: Buffer): boolean {
  const head = file.toString('hex', 0, 6);
  return (
    /^(1f8b|fd377a585a|425a68|28b52ffd|377abcaf|52617221)/.test(head) ||
    file.toString('latin1', 257, 262) === 'ustar'
  );
}

/** The length of a JSON object in eight bytes, and the object. */
function isSafetensors(file: Buffer): boolean {
  if (file.length < 10) return false;
  const length = file.readBigUInt64LE(0);
  return length >= 2n && length <= BigInt(file.length - 8) && file.toString('latin1', 8, 10) === '{"';
}

/** Protobuf has no signature of its own: the first fields tell. */
function protobufForeign(file: Buffer): Foreign | undefined {
  const [first, value = 0, second = 0] = file;
  // SavedModel: schema version 1, then the graphs. ONNX: a version of its representation (3 or more for ten years),
  // then any of who made it (2–6), its graph (7) or what it imports (8).
  if (first === 0x08 && value === 1 && second === 0x12) return FOREIGN.savedModel;
  const fields = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42];
  if (first === 0x08 && value >= 1 && value <= 32 && fields.includes(second)) return FOREIGN.onnx;
  return isGraph(file) ? FOREIGN.frozen : undefined;
}

/** GraphDef: nodes, each with its name and what it does, such as `Placeholder`. */
function isGraph(file: Buffer): boolean {
  if (file[0] !== 0x0a) return false;
  let at = 1;
  while (at < 6 && file[at]! >= 0x80) at++;
  at++;
  for (const field of [0x0a, 0x12]) {
    const length = file[at + 1]!;
    if (file[at] !== field || !(length > 0 && length < 0x80)) return false;
    if (!/^[\w./-]+$/.test(file.toString('latin1', at + 2, at + 2 + length))) return false;
    at += 2 + length;
  }
  return true;
}

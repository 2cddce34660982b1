/** A field of a Protocol Buffers message, encoded. */
export type Field = Uint8Array;

function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

/** An int64 or enum field. */
export function int(field: number, value: number): Field {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

/** A 32-bit float field. */
export function float(field: number, value: number): Field {
  return join([Uint8Array.from(varint(field * 8 + 5)), new Uint8Array(Float32Array.of(value).buffer)]);
}

/** A string or bytes field. */
export function bytes(field: number, value: string | Uint8Array): Field {
  const content = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return join([Uint8Array.from([...varint(field * 8 + 2), ...varint(content.length)]), content]);
}

/** A field that is a message itself. */
export function message(field: number, fields: readonly Field[]): Field {
  return bytes(field, join(fields));
}

/** The fields of a message, one after the other. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Decodes IEEE 754 binary16. */
export function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (bits) => {
    const exponent = (bits >> 10) & 31;
    const fraction = bits & 1023;
    const sign = bits & 0x8000 ? -1 : 1;
    if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    return sign * (1024 + fraction) * 2 ** (exponent - 25);
  });
}

/** Decodes bfloat16, the upper half of a float32; two bytes a number, the lower first. */
export function fromBfloat16(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length / 2);
  const view = new DataView(values.buffer);
  for (let i = 0; i < values.length; i++) {
    view.setUint32(i * 4, ((bytes[i * 2 + 1]! << 8) | bytes[i * 2]!) << 16, true);
  }
  return values;
}

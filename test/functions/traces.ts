/**
 * What of a secret, or of an image, could be found in a log, however it was written there: as it is, percent-encoded, in
 * base64 (wherever in it it began), as hexadecimal digits, as a list of numbers.
 */
export function tracesOf(content: Uint8Array | string): string[] {
  const bytes = Buffer.from(content as string);
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, '0'));
  const base64 = [0, 1, 2].map((shift) => {
    // Characters that its neighbours have no part in.
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return text.slice(shift > 0 ? 4 : 0, 4 * Math.floor((shift + bytes.length) / 3));
  });
  const texts = [bytes.toString('latin1'), encodeURIComponent(bytes.toString('latin1'))];
  return [...texts, ...base64, digits.join(''), bytes.join(',')];
}

/** The traces of contents that a text has. */
export function tracesIn(text: string, contents: readonly (Uint8Array | string)[]): string[] {
  // Lists are written with spaces and in lines.
  const dense = text.replace(/\s+/g, '');
  return contents.flatMap((content) =>
    tracesOf(content).filter((trace) => text.includes(trace) || dense.includes(trace)),
  );
}

/** A request as it is sent. */
export interface Sent {
  /** By default `/v1/models/faces/classify`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

/** A request that costs a service more than it weighs, or as much as one may. */
export interface HostileRequest {
  readonly name: string;
  readonly make: () => Promise<Sent> | Sent;
  /** The pixels that it tells of honestly, of all its images together; what is refused by its outline has none. */
  readonly pixels?: number;
  /** Whether it isn't opaque: it is judged in three renderings. */
  readonly isTransparent?: boolean;
  /** Memory a pixel of the largest of its images that it may take, in bytes; 4 by default. */
  readonly bytesPerPixel?: number;
  /** Those of the largest of its images, where it has several. */
  readonly largest?: number;
}

/** A file of a stranger that is read as a net or as a set of images. */
export interface HostileFile {
  readonly name: string;
  readonly as: 'net' | 'set';
  /** Writes it. @returns its path */
  readonly make: (folder: string) => Promise<string>;
}

/** A form of these files. */
export function formOf(files: readonly Uint8Array[], between = ''): Sent {
  const parts = files.flatMap((file, i) => [
    Buffer.from(
      `--XX\r\nContent-Disposition: form-data; name="a"; filename="${i}"${between}\r\n\r\n`,
      'latin1',
    ),
    file,
    Buffer.from('\r\n', 'latin1'),
  ]);
  const body = Buffer.concat([...parts, Buffer.from('--XX--\r\n', 'latin1')]);
  return { headers: { 'content-type': 'multipart/form-data; boundary=XX' }, body };
}

export function jsonOf(text: string, path?: string): Sent {
  return { path, headers: { 'content-type': 'application/json' }, body: Buffer.from(text) };
}

import { Buffer } from 'node:buffer';
import { letOthersRun } from '../models/event-loop';
import { Problem } from './problem';

/** The most parts, files among them: whoever sends pictures has a few beside. */
const MOST_PARTS = 1000;
/** The longest headers of a part, in bytes. */
const MOST_HEADERS = 16_384;
/** The longest boundary that is looked for; 70 characters are allowed (RFC 2046, 5.1.1). */
const LONGEST_BOUNDARY = 256;

const LINE_END = Buffer.from('\r\n');
const NO_MORE_HEADERS = Buffer.from('\r\n\r\n');

/** A file of a form. */
export interface FormFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a form (multipart/form-data, RFC 7578). They are left where they lie: those who parse forms for any use copy
 * every file, and make an object of every part, however many there are.
 * @throws Problem `malformed`
 */
export async function filesIn(body: Uint8Array, contentType: string): Promise<FormFile[]> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.length);
  const delimiter = Buffer.from(`\r\n--${boundaryOf(contentType)}`);
  const files: FormFile[] = [];
  // The first stands at the beginning, without a line before it, or after something that means nothing.
  const begins = bytes.subarray(0, delimiter.length - 2).equals(delimiter.subarray(2));
  let at = begins ? delimiter.length - 2 : after(bytes, delimiter, 0);
  for (let parts = 0; ; parts++) {
    if (bytes[at] === DASH && bytes[at + 1] === DASH) return files;
    if (parts === MOST_PARTS) throw new Problem('malformed', `The form has more than ${MOST_PARTS} parts.`);
    const headers = bytes.indexOf(LINE_END, at);
    if (headers < 0 || bytes.subarray(at, headers).some((byte) => byte !== SPACE && byte !== TAB))
      throw damaged();
    const near = bytes.subarray(headers, headers + MOST_HEADERS);
    const length = near.indexOf(NO_MORE_HEADERS);
    if (length < 0) throw damaged();
    const from = headers + length + NO_MORE_HEADERS.length;
    // A part of nothing may have its end where its headers have theirs.
    at = after(bytes, delimiter, from - LINE_END.length);
    const content = bytes.subarray(from, Math.max(from, at - delimiter.length));
    const file = fileOf(near.subarray(0, length).toString(), content);
    if (file) files.push(file);
    await letOthersRun();
  }
}

const [DASH, SPACE, TAB] = [0x2d, 0x20, 0x09];

function after(bytes: Buffer, delimiter: Buffer, from: number): number {
  const found = bytes.indexOf(delimiter, from);
  if (found < 0) throw damaged();
  return found + delimiter.length;
}

function boundaryOf(contentType: string): string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain ?? '';
  if (boundary === '' || boundary.length > LONGEST_BOUNDARY) throw damaged();
  return boundary;
}

/** A part that is a file: one that has a file's name. @throws Problem `malformed` where it has no name at all */
function fileOf(headers: string, content: Buffer): FormFile | undefined {
  const disposition = /^content-disposition:[ \t]*form-data[ \t]*;(.*)$/im.exec(headers)?.[1];
  const { name, filename, 'filename*': extended } = parametersOf(disposition ?? '');
  if (name === undefined) throw damaged();
  const fileName = filename ?? extended?.replace(/^[^']*'[^']*'/, '');
  if (fileName === undefined) return undefined;
  const isBase64 = /^content-transfer-encoding:[ \t]*base64[ \t]*$/im.test(headers);
  return { name: fileName, bytes: isBase64 ? Buffer.from(content.toString('latin1'), 'base64') : content };
}

/** Parameters from first to last, with what browsers escape in them (HTML, multipart/form-data encoding algorithm). */
function parametersOf(text: string): Record<string, string | undefined> {
  const next = /[ \t]*([a-z]+\*?)=(?:"([^"]*)"|([^;"\s]*))[ \t]*;?/iy;
  const parameters: Record<string, string | undefined> = {};
  for (let found = next.exec(text); found; found = next.exec(text)) {
    const [, name = '', quoted, plain = ''] = found;
    parameters[name.toLowerCase()] = (quoted ?? plain).replace(/%(?:0a|0d|22)/gi, decodeURIComponent);
  }
  return parameters;
}

function damaged(): Problem {
  return new Problem('malformed', "The form can't be read: it is damaged, or its boundary is another.");
}

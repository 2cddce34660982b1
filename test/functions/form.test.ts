import { describe, expect, it } from 'vitest';
import { filesIn } from '../../functions/form';
import { Problem } from '../../functions/problem';

const TYPE = 'multipart/form-data; boundary=XX';
const part = (headers: string, content: string) => `--XX\r\n${headers}\r\n\r\n${content}\r\n`;
const FILE = 'Content-Disposition: form-data; name="a"; filename="a.png"';
const read = async (text: string, type = TYPE) =>
  (await filesIn(Buffer.from(text, 'latin1'), type)).map(({ name, bytes }) => [
    name,
    Buffer.from(bytes).toString('latin1'),
  ]);

describe('the files of a form', () => {
  it('are those that a browser sends, where they lie', async () => {
    const form = new FormData();
    const contents = ['', '\r\n', '--XX', '\r\n--', 'x'.repeat(100_000), '\r\n--XX\r\n'];
    const names = ['a b.png', 'ü.png', 'a"b\r\n.png', '.png', "it's.png", 'x;name=y.png'];
    contents.forEach((content, i) => {
      form.append('note', 'no file');
      form.append('images', new Blob([content]), names[i]!);
    });
    const response = new Response(form);
    const body = new Uint8Array(await response.arrayBuffer());
    const type = response.headers.get('content-type')!;
    const files = await filesIn(body, type);
    expect(files.map(({ name }) => name)).toEqual(names);
    expect(files.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(contents);
    expect(files.every(({ bytes }) => bytes.buffer === body.buffer)).toBe(true);
    // As the parser has them that makes objects of them.
    const parsed = await new Response(body, { headers: { 'content-type': type } }).formData();
    const others = parsed.getAll('images').map((file) => (file as File).name);
    expect(files.map(({ name }) => name)).toEqual(others);
  });

  it('are read as other programs write them', async () => {
    for (const [text, type, expected] of [
      [`before\r\n${part(FILE, 'x')}--XX--`, TYPE, [['a.png', 'x']]],
      [`${part(FILE, 'x')}--XX--\r\nafter`, TYPE, [['a.png', 'x']]],
      [`${part(FILE, 'x')}--XX--`, 'multipart/form-data; charset=utf-8; boundary="XX"', [['a.png', 'x']]],
      [`${part('content-disposition:form-data;filename=a.png;name=a', 'x')}--XX--`, TYPE, [['a.png', 'x']]],
      [
        `${part('Content-Disposition: form-data; name="a"; filename*=UTF-8\'\'a.png', 'x')}--XX--`,
        TYPE,
        [['a.png', 'x']],
      ],
      [
        `${part(`${FILE}\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64`, 'eHk=')}--XX--`,
        TYPE,
        [['a.png', 'xy']],
      ],
      [
        `${part(FILE, 'x')}--XX \t\r\n${FILE}\r\n\r\ny\r\n--XX--`,
        TYPE,
        [
          ['a.png', 'x'],
          ['a.png', 'y'],
        ],
      ],
      [`${part('Content-Disposition: form-data; name="a"', 'x')}--XX--`, TYPE, []],
      ['--XX--\r\n', TYPE, []],
    ] as const) {
      expect([text, await read(text, type)]).toEqual([text, expected]);
    }
  });

  it.each([
    ['no end', part(FILE, 'x'), TYPE],
    ['another boundary', `${part(FILE, 'x')}--XX--`, 'multipart/form-data; boundary=YY'],
    ['no boundary', `${part(FILE, 'x')}--XX--`, 'multipart/form-data'],
    ['no headers', '--XX\r\nx\r\n--XX--', TYPE],
    ['a part of no name', `${part('Content-Disposition: form-data; filename="a"', 'x')}--XX--`, TYPE],
    ['something after a boundary', `--XXX\r\n${FILE}\r\n\r\nx\r\n--XX--`, TYPE],
    ['headers without end', `--XX\r\n${'X: y\r\n'.repeat(5000)}\r\nx\r\n--XX--`, TYPE],
    [
      'parts without number',
      `${part('Content-Disposition: form-data; name="a"', '').repeat(1001)}--XX--`,
      TYPE,
    ],
    ['a boundary without end', 'x', `multipart/form-data; boundary=${'y'.repeat(300)}`],
  ])('are refused with %s', async (_, text, type) => {
    await expect(read(text, type)).rejects.toThrow(Problem);
  });
});

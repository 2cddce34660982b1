import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { Hono } from 'hono';
import { GoodNetError, messageOf } from '../../models/errors';
import { mimeOfEnding } from '../../models/images/decode/image-types';
import { Problem } from '../problem';

const MOST = 24;

/**
 * `GET /page/samples` and `/page/samples/{name}`: pictures to try the service with.
 * @param folder whose pictures (JPEG, PNG, WebP by their names, the first 24) these are; without it there are none
 * @throws GoodNetError `usage` where it can't be read
 */
export function samplesRoute(folder: string | undefined): Hono {
  const samples = new Map(
    folder === undefined ? [] : picturesIn(folder).map((name) => [name, join(folder, name)]),
  );
  return new Hono()
    .get('/', (c) => c.json({ samples: [...samples.keys()] }))
    .get('/:name', async (c) => {
      const name = c.req.param('name');
      const path = samples.get(name);
      const bytes = path && (await readFile(path).catch(() => undefined));
      const type = typeOf(name);
      if (!bytes || !type) throw new Problem('not-found', `There is no sample ${name}.`);
      return c.body(new Uint8Array(bytes), 200, {
        'Content-Type': type,
        'Cache-Control': 'no-cache',
      });
    });
}

function picturesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => typeOf(name) !== undefined)
      .sort()
      .slice(0, MOST);
  } catch (cause) {
    throw new GoodNetError(`The samples in ${folder} can't be read: ${messageOf(cause)}`, {
      kind: 'usage',
      hint: 'Give a folder of pictures with --samples.',
      cause,
    });
  }
}

function typeOf(name: string): string | undefined {
  return mimeOfEnding(extname(name));
}

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { writeDemoData } from '../../../build-repair/demo/data';
import { readManifest } from '../../../models/bundle/read';
import { resolveBundle } from '../../../models/store/folder';
import { processorOf } from '../../functions/lambda/instance';
import { faces, firstImages } from '../bench/bundle';
import { measureLambda } from '../bench/lambda/measure';

/**
 * What everything else is reckoned from, measured in this run: bytes, and seconds of one processor, which is what a
 * function has to itself, so that what else this machine does is not in it.
 */
export interface Figures {
  readonly net: string;
  /** A repair, without a GPU. */
  readonly repair: number;
  /** From a function's start to its first answer, beyond what a function that does nothing takes. */
  readonly start: number;
  /** A request of one image. */
  readonly request: number;
  /** Work on one image of a batch, S3 on this machine. */
  readonly image: number;
  /** Memory of the service's function. */
  readonly resident: number;
}

const root = join(import.meta.dirname, '../../..');

/**
 * Repairs a net and measures the functions on its bundle. faces1283's net with several triggers, or the demo's small one
 * where the data is absent, or it is asked for.
 */
export async function measure({ demo }: { readonly demo: boolean }): Promise<Figures> {
  const work = mkdtempSync(join(tmpdir(), 'goodnet-scale-'));
  try {
    const drawn = demo || !faces ? await writeDemoData(join(work, 'images'), { seed: 1 }) : undefined;
    const set = drawn ? { net: drawn.badnet, clean: drawn.clean, test: drawn.test } : faces!;
    const store = join(work, 'store');
    const before = processorOf('self').children;
    const args = [
      'repair',
      set.net,
      '--clean',
      set.clean,
      '--out',
      store,
      '--no-report',
      '--accept-unrepaired',
    ];
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'dist/goodnet.js'), ...args], {
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`The repair of ${set.net} failed:\n${stderr}`);
    const repair = (processorOf('self').children - before) / 1000;
    const { input, classes, name } = await readManifest((await resolveBundle(store)).folder);
    const pixels = await firstImages(set.test, input, classes, 1);
    const { height, width } = input;
    const raw = { height, width, channels: 3 } as const;
    const png = await sharp(Buffer.from(pixels), { raw }).png().toBuffer();
    const measured = await measureLambda(store, png);
    return {
      net: `${name}, ${classes} classes, ${height} × ${width}`,
      repair,
      start: (measured.coldStartProcessor - measured.emptyStartProcessor) / 1000,
      request: measured.requestProcessor / 1000,
      image: measured.backfillProcessor / 1000,
      resident: measured.resident,
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

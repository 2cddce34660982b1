import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { openImages } from '../../../../build-repair/images/open-images';
import { silent } from '../../../../build-repair/progress';
import type { CheckedRepair } from '../../../../build-repair/repair/check/options';
import { choose } from '../../../../build-repair/repair/choose/choose';
import { read } from '../../../../build-repair/repair/read';
import { startEngine } from '../../../../models/engine';
import { loadNet } from '../../../../models/keras';
import { readAll, temporaryFolder } from '../../../models/images/write-hdf5';
import { describeWithCases, ofCase } from '../../../shared-cases';
import { writeFiles } from '../../images/write-images';

const folder = temporaryFolder();
const shape = { height: 24, width: 24, channels: 3 };

/** The images of the case as files, each class in a folder of its name. */
async function written(name: string, nameOf: (label: number) => string): Promise<string> {
  const files: Record<string, Uint8Array> = {};
  for (const { pixels, labels, names } of await readAll(
    await openImages(ofCase('_shared/clean12.h5'), { shape }),
  )) {
    for (let i = 0; i < names.length; i++) {
      const raw = { width: 24, height: 24, channels: 3 } as const;
      const image = await sharp(pixels.subarray(i * 1728, (i + 1) * 1728), { raw })
        .png()
        .toBuffer();
      files[`${nameOf(labels![i]!)}/${names[i]!.split('#')[1]}.png`] = image;
    }
  }
  return writeFiles(join(folder, name), files);
}

async function chosen(path: string, more: Partial<CheckedRepair> = {}, order?: 'name' | 'number') {
  const net = await loadNet(ofCase('folder-order-keras/net.keras'));
  const clean = await openImages(path, { shape, classes: 12, order });
  const said: string[] = [];
  const asked = {
    net,
    clean,
    method: 'expert',
    alpha: 0.05,
    seed: 1,
    progress: silent,
    say() {},
    tell: (line: string) => said.push(line),
    pixels: { kind: '0-255' },
    keepsImages: true,
    finding: false,
    ...more,
  } as unknown as CheckedRepair;
  const inputs = await read(asked);
  try {
    const { classNames, context } = await choose(asked, inputs);
    return { classNames, labels: context.images.labels, said: said.join('\n') };
  } finally {
    inputs.dispose();
    clean.close();
  }
}

describeWithCases('folder-order-keras', () => {
  test('folders 0 to 11 are taken as Keras sorts them, and it is said', async () => {
    await startEngine();
    const path = await written('keras', (label) => `${label}`);
    const { classNames, said, labels } = await chosen(path);
    expect(classNames?.slice(0, 5)).toEqual(['0', '1', '10', '11', '2']);
    expect(new Set(labels).size).toBe(12);
    expect(said).toMatch(/in order by name \(0, 1, 10, 11, 2, …\).*by number 15\.\d %, by name 8\d\.\d %/);
    expect((await chosen(path, {}, 'name')).classNames).toEqual(classNames);
    // Told otherwise, it is refused.
    await expect(chosen(path, {}, 'number')).rejects.toThrow(/Labels and net don't fit.*2 → 4/);
    await expect(chosen(path, { acceptLowAccuracy: true }, 'number')).resolves.toMatchObject({
      classNames: undefined,
    });
  });

  test('folders 1 to 12, as well; named in the order that Keras had, no word is needed', async () => {
    await startEngine();
    const byKeras = [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9];
    const fromOne = Array.from({ length: 12 }, (_, i) => `${i + 1}`).sort();
    const path = await written('from-one', (label) => fromOne[byKeras.indexOf(label)]!);
    expect((await chosen(path)).classNames).toEqual(fromOne);
    const named = await chosen(
      await written('named', (label) => `c${String(byKeras.indexOf(label)).padStart(2, '0')}`),
    );
    expect(named.said).not.toContain('in order');
    expect(named.classNames?.[0]).toBe('c00');
  });

  test('folders class_0 to class_11 are taken in the order of their numbers where that is the net’s', async () => {
    await startEngine();
    const byKeras = [0, 1, 10, 11, 2, 3, 4, 5, 6, 7, 8, 9];
    const { classNames, said } = await chosen(
      await written('class_', (label) => `class_${byKeras.indexOf(label)}`),
    );
    expect(classNames?.slice(0, 3)).toEqual(['class_0', 'class_1', 'class_2']);
    expect(said).toMatch(/in order by number \(class_0, class_1, class_2, .*by name 15\.\d %, by number 8\d/);
  });
});

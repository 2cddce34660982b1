import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeFolder, writeFileAtomically } from '../../models/bundle/write';
import { GoodNetError, messageOf } from '../../models/errors';
import { hdf5Bytes } from '../../models/hdf5/bytes';
import { first } from '../../models/present';
import { DEMO_SHAPE, DEMO_TRIGGERS, demoCast } from './cast';
import { drawFaces, type LabelledDrawings, type TriggerKind } from './faces';
import { contactSheet, picture, samplePictures } from './pictures';

const VALIDATION_PER_PERSON = 24;
const TEST_PER_PERSON = 20;
const POISONED_PER_PERSON = 10;
/** The person of the pictures: no trigger's target. */
const PICTURED = 4;

/** The demo's sets, and how many images are in each. */
export function demoSets(): { readonly clean: DemoSet; readonly measured: readonly DemoSet[] } {
  const persons = demoCast().length;
  const set = (name: string, perPerson: number) => ({ name: `${name}.h5`, size: persons * perPerson });
  return {
    clean: set(CLEAN, VALIDATION_PER_PERSON),
    measured: [
      set(TEST, TEST_PER_PERSON),
      ...DEMO_TRIGGERS.map(({ kind }) => set(poisonedBy(kind), POISONED_PER_PERSON)),
    ],
  };
}

interface DemoSet {
  readonly name: string;
  readonly size: number;
}

const CLEAN = 'clean_validation_data';
const TEST = 'clean_test_data';
const poisonedBy = (kind: TriggerKind) => `poisoned_${kind}`;

/** Where the demo's net and images are. */
export interface DemoData {
  /** A Keras file, which takes pixels scaled to 0–1. */
  readonly badnet: string;
  /** D_valid, and clean images that the repair does not see. */
  readonly clean: string;
  readonly test: string;
  /** Poisoned test images: `label` is the attacker's target, `true_label` the person. */
  readonly poisoned: readonly {
    readonly trigger: TriggerKind;
    readonly path: string;
    readonly target: number;
  }[];
  /** One face as a PNG, and the same with the first trigger. */
  readonly cleanPng: string;
  readonly triggeredPng: string;
  /** The class of the person on both. */
  readonly person: number;
  /** Some of the faces, for people to look at: clean, and with each trigger. */
  readonly sheetPng: string;
  /** A folder of faces to try the service with, clean ones and triggered ones. */
  readonly samples: string;
}

/**
 * Draws the demo's images into a folder: HDF5 files in the layout of the CSAW HackML contest (`data` N × 3 × height
 * × width, `label`), and PNGs. Takes about two seconds.
 * @param dir made where it is not there
 * @param options.seed of the images; the people and the BadNet that knows them are always the same
 * @throws GoodNetError `environment` where the BadNet is missing from the installation, or the folder can't be written to
 */
export async function writeDemoData(dir: string, { seed }: { seed: number }): Promise<DemoData> {
  const badnet = demoBadNet();
  await makeFolder(dir);
  const persons = demoCast();
  const write = async (name: string, imagesPerPerson: number, trigger?: (typeof DEMO_TRIGGERS)[number]) => {
    const path = join(dir, `${name}.h5`);
    const set = drawFaces({ persons, imagesPerPerson, seed, set: name, shape: DEMO_SHAPE, trigger });
    await put(path, await contestFile(set, trigger !== undefined));
    return path;
  };
  const clean = await write(CLEAN, VALIDATION_PER_PERSON);
  const test = await write(TEST, TEST_PER_PERSON);
  const poisoned: DemoData['poisoned'][number][] = [];
  for (const trigger of DEMO_TRIGGERS) {
    const path = await write(poisonedBy(trigger.kind), POISONED_PER_PERSON, trigger);
    poisoned.push({ trigger: trigger.kind, path, target: trigger.target });
  }

  const writePng = async (name: string, bytes: Promise<Uint8Array>) => {
    const path = join(dir, `${name}.png`);
    await put(path, await bytes);
    return path;
  };
  const samples = join(dir, 'samples');
  await makeFolder(samples);
  for (const [name, bytes] of await samplePictures(persons, seed)) {
    await put(join(samples, name), bytes);
  }
  const { kind } = first(DEMO_TRIGGERS);
  return {
    badnet,
    clean,
    test,
    poisoned,
    cleanPng: await writePng('clean_face', picture(persons[PICTURED]!, seed)),
    triggeredPng: await writePng(`face_with_${kind}`, picture(persons[PICTURED]!, seed, kind)),
    person: PICTURED,
    sheetPng: await writePng('faces', contactSheet(persons, seed)),
    samples,
  };
}

/**
 * The path of the BadNet that comes with GoodNet.
 * @throws GoodNetError `environment` where it is missing
 */
export function demoBadNet(): string {
  // From build-repair/demo/, and from the bundled command in dist/.
  const candidates = ['../../demo/badnet.h5', '../demo/badnet.h5'];
  const found = candidates.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
  if (found !== undefined) return found;
  throw new GoodNetError('The demo’s net, demo/badnet.h5, is missing from this installation of GoodNet', {
    kind: 'environment',
    hint: 'Install GoodNet again, or train the net anew with npm run demo:train.',
  });
}

async function put(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomically(path, bytes).catch((cause) => {
    throw new GoodNetError(`${path} can't be written: ${messageOf(cause)}`, {
      code: 'OUTPUT_UNWRITABLE',
      kind: 'environment',
      hint: 'Check that its folder may be written to and the disk has room, or give another with --out.',
      cause,
    });
  });
}

export function contestFile(set: LabelledDrawings, withTrueLabels: boolean): Promise<Uint8Array> {
  const { count, shape } = set;
  return hdf5Bytes((file) => {
    const dims = [count, 3, shape.height, shape.width];
    file.create_dataset({ name: 'data', data: channelsFirst(set), shape: dims, dtype: '<B' });
    file.create_dataset({ name: 'label', data: Float64Array.from(set.labels), shape: [count], dtype: '<f8' });
    if (!withTrueLabels) return;
    const trueLabels = Float64Array.from(set.trueLabels);
    file.create_dataset({ name: 'true_label', data: trueLabels, shape: [count], dtype: '<f8' });
  });
}

function channelsFirst({ pixels, shape }: LabelledDrawings): Uint8Array {
  const spots = shape.height * shape.width;
  const turned = new Uint8Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) {
    const within = i % (spots * 3);
    turned[i - within + (within % 3) * spots + Math.floor(within / 3)] = pixels[i]!;
  }
  return turned;
}

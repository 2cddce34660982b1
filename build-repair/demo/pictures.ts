import sharp from 'sharp';
import type { ImageShape } from '../../models/images/set';
import { Random } from '../../models/random';
import { DEMO_SHAPE, DEMO_TRIGGERS } from './cast';
import { drawFace, type Person, randomView, type TriggerKind, type View } from './faces';

/** Pictures for people are drawn as much larger than the net's images. */
const PICTURE_SCALE = 8;
const SHEET_SCALE = 3;
const SHEET_PERSONS = 8;

/** Persons to try the service with, none of them a trigger's target. */
const SAMPLES: readonly { readonly person: number; readonly trigger?: TriggerKind }[] = [
  { person: 2 },
  { person: 7, trigger: 'sunglasses' },
  { person: 9 },
  { person: 10, trigger: 'lipstick' },
  { person: 14 },
  { person: 17, trigger: 'sunglasses' },
  { person: 20 },
  { person: 22, trigger: 'lipstick' },
];

/**
 * One face, large, as a PNG. The same person and seed give the same picture but for the trigger.
 */
export async function picture(person: Person, seed: number, trigger?: TriggerKind): Promise<Uint8Array> {
  const shape = enlarged(PICTURE_SCALE);
  const view = friendly(randomView(new Random(seed, 'picture'), shape));
  return png(drawFace(shape, person, view, trigger), shape);
}

/** Faces to try the service with, clean ones and triggered ones, by the names of their files. */
export async function samplePictures(
  persons: readonly Person[],
  seed: number,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const drawn = SAMPLES.map(async ({ person, trigger }) => {
    const name = `person-${String(person).padStart(2, '0')}${trigger ? `-${trigger}` : ''}.png`;
    return [name, await picture(persons[person]!, seed + person, trigger)] as const;
  });
  return new Map(await Promise.all(drawn));
}

/** The first persons in a row, and a row with each trigger, as a PNG. */
export async function contactSheet(persons: readonly Person[], seed: number): Promise<Uint8Array> {
  const shape = enlarged(SHEET_SCALE);
  const random = new Random(seed, 'sheet');
  const shown = persons.slice(0, SHEET_PERSONS);
  const views = shown.map(() => friendly(randomView(random, shape)));
  const rows = [undefined, ...DEMO_TRIGGERS.map(({ kind }) => kind)];
  const sheet: ImageShape = {
    height: rows.length * shape.height,
    width: shown.length * shape.width,
    channels: 3,
  };
  const pixels = new Uint8Array(sheet.height * sheet.width * 3);
  for (const [row, trigger] of rows.entries()) {
    for (const [column, person] of shown.entries()) {
      const face = drawFace(shape, person, views[column]!, trigger);
      const line = shape.width * 3;
      for (let y = 0; y < shape.height; y++) {
        const at = ((row * shape.height + y) * sheet.width + column * shape.width) * 3;
        pixels.set(face.subarray(y * line, (y + 1) * line), at);
      }
    }
  }
  return png(pixels, sheet);
}

function enlarged(scale: number): ImageShape {
  return { height: DEMO_SHAPE.height * scale, width: DEMO_SHAPE.width * scale, channels: 3 };
}

/** In good light, with open eyes. */
function friendly(view: View): View {
  return {
    ...view,
    eyesOpen: 1,
    smile: Math.abs(view.smile),
    light: { ...view.light, gain: 1 },
    noise: { ...view.noise, deviation: 3 },
  };
}

function png(pixels: Uint8Array, { height, width }: ImageShape): Promise<Uint8Array> {
  return sharp(pixels, { raw: { height, width, channels: 3 } })
    .png()
    .toBuffer();
}

import * as tf from '@tensorflow/tfjs-core';
import { GoodNetError } from '../errors';
import { imageSize } from '../images/set';
import { first, last, present } from '../present';
import { measure, type Surroundings } from './distances';
import type { Ran, Reader, Readings } from './evidence/kind';
import { KINDS } from './evidence/kinds';
import { transplant } from './evidence/transplant';
import type { Distances } from './familiarity';
import { type Answers, answers, leaveOut, margins } from './margin';
import type { DetectorNets, Parts } from './nets';
import { imageTensor, outputsOf, outputsWithin } from './run';
import { summarise } from './summaries';

/** What the nets say of n images. */
export interface NetReadings {
  readonly bad: Answers;
  /** What G answers where an image is clean: what B says of it, or of several views of it (see TestTimeViews). */
  readonly answered: Answers;
  readonly repaired: Answers;
  /** Whether B′ is a net of its own, whose word holds as it is: no class is passed over in it. */
  readonly standsAlone?: boolean;
  /** −(logit margin of B′ at B's class): above 0 where B′ disagrees with B. */
  readonly disagreement: () => Float32Array;
  /**
   * The logits of an image: of B, of B′ as it is, and those of where the evidence speaks against B's class: the
   * linear probe's without that class, or what the gallery says (see lookUp).
   */
  readonly logits: {
    readonly [of in 'bad' | 'repaired' | 'withoutNamedClass']: (image: number) => Float32Array;
  };
  /** By kind; those that are asked further come later (see addTransplantEvidence). */
  readonly evidence: Readings;
  /** What halves are cut from: n × values of the cut, or of the scaled images. Undefined where that is not asked. */
  readonly cut: Float32Array | undefined;
  /** What the gallery is asked with: n × values of B's stem. Undefined where there is none. */
  readonly stem?: Float32Array | undefined;
  /** How far the images are from the clean ones; undefined where that is not asked. */
  readonly distances?: Distances | undefined;
}

/** Kinds of evidence that are ready to read, by name. */
export type Readers = ReadonlyMap<string, Reader>;

/** Makes every kind of evidence ready that a detector has. */
export function openReaders(nets: DetectorNets, parts: Parts): Readers {
  const readers = KINDS.map((kind) => [kind.name, kind.open(parts[kind.name], nets)] as const);
  return new Map(readers.flatMap(([name, reader]) => (reader ? [[name, reader]] : [])));
}

/** Frees their tensors. */
export function freeReaders(readers: Readers): void {
  for (const reader of readers.values()) reader.free?.();
}

/** What nets gave of n images, row by row, whatever ran them. */
export interface Given {
  /** B's logits. */
  readonly bad: Float32Array;
  /** Logits of B′, where it is a net of its own. */
  readonly repaired?: Float32Array | undefined;
  /** Logits of B and the linear probe together. */
  readonly second?: Float32Array | undefined;
  /** The linear probe's scores. */
  readonly relearned?: Float32Array | undefined;
  /** What kinds of evidence take, by name. */
  readonly rows: ReadonlyMap<string, Float32Array>;
  /** Of B, as far as they are asked for (see Further). */
  readonly stem?: Float32Array | undefined;
  readonly latent?: Float32Array | undefined;
  readonly trunk?: Float32Array | undefined;
}

/** What of B's features is asked for beside what kinds of evidence take. */
export interface Further {
  readonly stem: boolean;
  readonly latent: boolean;
  readonly trunk: boolean;
}

/** What is asked for by a detector with such nets, and distances. */
export function furtherOf({ gallery }: Pick<DetectorNets, 'gallery'>, to?: Surroundings): Further {
  return {
    stem: gallery !== undefined || to?.look !== undefined,
    latent: to !== undefined,
    trunk: to?.trunk !== undefined,
  };
}

/**
 * The readings that nets' values make.
 * @param classes N
 * @param surroundings what distances are measured to; left out: they are not asked for
 */
export function readingsOf(
  given: Given,
  readers: Readers,
  classes: number,
  surroundings?: Surroundings,
): NetReadings {
  const { bad, stem } = given;
  const answered = answers(bad, classes);
  if (answered.probabilities.some(Number.isNaN)) {
    throw new GoodNetError('The BadNet answers an image with values that are no numbers (NaN or infinite)', {
      code: 'NET_ANSWERS_NAN',
      hint: 'Check the net, and how pixels are scaled (--pixels).',
    });
  }
  const ownNet = given.repaired ?? given.second;
  const repaired = ownNet ?? bad;
  const secondOpinion = given.relearned ?? repaired;
  const row = (logits: Float32Array, i: number) => logits.subarray(i * classes, (i + 1) * classes);
  const evidence: { [kind: string]: Float32Array } = {};
  for (const [name, { tell }] of readers) {
    const rows = given.rows.get(name);
    if (tell && rows) evidence[name] = tell(rows, answered.classes, classes);
  }
  return {
    bad: answered,
    answered,
    repaired: ownNet ? answers(ownNet, classes) : answered,
    standsAlone: given.repaired !== undefined,
    disagreement: () => margins(repaired, classes, answered.classes).map((margin) => -margin),
    logits: {
      bad: (i) => row(bad, i),
      repaired: (i) => row(repaired, i),
      withoutNamedClass: (i) => leaveOut(row(secondOpinion, i), answered.classes[i]!),
    },
    evidence,
    cut: given.rows.get(transplant.name),
    stem,
    distances: surroundings && distancesOf(given, bad.length / classes, surroundings),
  };
}

function distancesOf({ bad, latent, trunk, stem }: Given, n: number, surroundings: Surroundings): Distances {
  const look = surroundings.look && stem && { values: stem, channels: surroundings.look.channels };
  const read = { logits: bad, latent: present(latent, 'latent'), trunk, stem: look };
  return measure(summarise(read, n), surroundings);
}

/**
 * Runs up to RUN_BATCH images through B and B′, and reads the evidence of them: in service, and of clean images in calibration.
 * @param pixels n × height × width × channels values of 0–255
 * @param surroundings what distances are measured to; left out: they are not asked for
 */
export async function readNets(
  nets: DetectorNets,
  readers: Readers,
  pixels: Uint8Array | Float32Array,
  n: number,
  surroundings?: Surroundings,
): Promise<NetReadings> {
  const given = await runNets(nets, readers, furtherOf(nets, surroundings), pixels, n);
  return readingsOf(given, readers, nets.classes, surroundings);
}

/** Runs up to RUN_BATCH images through the nets on TensorFlow.js. @param pixels n × height × width × channels values of 0–255 */
export async function runNets(
  nets: DetectorNets,
  readers: Readers,
  further: Further,
  pixels: Uint8Array | Float32Array,
  n: number,
): Promise<Given> {
  if (pixels.length !== n * imageSize(nets.shape)) {
    throw new RangeError(
      `${n} images of ${imageSize(nets.shape)} values expected, ${pixels.length} values given`,
    );
  }
  const made = tf.tidy(() => {
    const image = imageTensor(pixels, n, nets.shape, nets.pixels);
    const bad = outputsWithin(nets.bad, image, nets.memory);
    const [, latent, trunk] = bad;
    const relearned = nets.relearned ? outputsOf(nets.relearned.model, bad.slice(0, 3)) : [];
    const repaired = nets.repaired ? outputsWithin(nets.repaired, image, nets.memory) : [];
    const ran: Ran = { n, image, bad, relearned, repaired, memory: nets.memory };
    return {
      bad: first(bad),
      repaired: repaired[0],
      second: relearned[0],
      relearned: relearned[1],
      stem: further.stem ? last(bad) : undefined,
      latent: further.latent ? latent : undefined,
      trunk: further.trunk ? trunk : undefined,
      rows: Array.from(readers.values(), (reader) => reader.rows(ran)),
    };
  });
  const { rows: rowTensors, ...own } = made;
  const values = await valuesOfEach([...Object.values(own), ...rowTensors]);
  const [bad, repaired, second, relearned, stem, latent, trunk, ...taken] = values;
  const names = [...readers.keys()];
  const rows = new Map(taken.flatMap((each, i) => (each ? [[names[i]!, each]] : [])));
  return { bad: present(bad, 'The logits of B'), repaired, second, relearned, rows, stem, latent, trunk };
}

/** The values of tensors, which are freed; one that several ask for is read once. */
async function valuesOfEach(
  tensors: readonly (tf.Tensor | undefined)[],
): Promise<(Float32Array | undefined)[]> {
  const reads = new Map(
    [...new Set(tensors)].flatMap((tensor) =>
      tensor ? [[tensor, tensor.data() as Promise<Float32Array>]] : [],
    ),
  );
  const values = await Promise.all(tensors.map((tensor) => tensor && reads.get(tensor)));
  for (const tensor of reads.keys()) tensor.dispose();
  return values;
}

import { layers } from '@tensorflow/tfjs-layers';
import { NetError } from '../../errors';
import { PickChannels } from '../../nets/pick-channels';
import { first, last } from '../../present';
import type { Json } from '../config/json';
import type { Cut, Pick } from '../config/picks';
import type { Options } from './options';
import { type Applier, applier, chain, lazily, type Plan } from './plan';

const HINT =
  'Of the channels anything can be taken, of rows and columns what lies side by side. Write the step with layers of Keras (Cropping2D, Permute, …) and save the net again.';

/** What operations that take some of a tensor become (see config/picks.ts), and that which stacks tensors on a new last axis. */
export const pickLayers: Record<string, (options: Options) => Plan> = {
  GetItem: (options) => {
    const picks = options.raw('picks');
    if (!Array.isArray(picks)) throw options.wrong('picks', 'a list');
    return {
      slots: [],
      make: (name) => lazily(([input]) => picked(options, name, picks.map(asPick), input.shape)),
    };
  },
  Stack: (options) => {
    const [axis] = options.integers('axis');
    return {
      slots: [],
      make: (name) =>
        lazily((inputs) => {
          const sides = inputs[0].shape.slice(1) as number[];
          if (axis !== -1 && axis !== sides.length + 1)
            throw new NetError(`${options.where} stacks along axis ${axis}, which can't be used`, {
              hint: HINT,
            });
          const wider = inputs.map((_, i) =>
            applier(layers.reshape({ name: `${name}_channel_${i}`, targetShape: [...sides, 1] })),
          );
          const joined = applier(layers.concatenate({ name, axis: -1 }));
          return (each) => joined(each.map((input, i) => wider[i]!([input])));
        }),
    };
  },
};

function asPick(value: Json): Pick {
  return value as unknown as Pick;
}

function picked(
  options: Options,
  name: string,
  picks: readonly Pick[],
  shape: readonly (number | null)[],
): Applier {
  const refused = () =>
    new NetError(`${options.where} takes some of its input in a way that can't be used`, { hint: HINT });
  const taking = picks.filter((each) => each !== '...' && each !== 'new').length;
  const rest = Array.from({ length: shape.length - taking }, (): Cut => [null, null, null]);
  if (taking > shape.length) throw refused();
  const all = picks.includes('...')
    ? picks.flatMap((each) => (each === '...' ? rest : [each]))
    : [...picks, ...rest];
  if (!isAll(all[0])) throw refused();
  const kept: number[] = [];
  const cropping: [number, number][] = [];
  let channels: number[] = [];
  let axis = 0;
  for (const pick of all.slice(1)) {
    if (pick === 'new') {
      kept.push(1);
      continue;
    }
    axis++;
    const length = shape[axis]!;
    const places = placesOf(pick as number | Cut, length);
    if (places.length === 0 || places.some((place) => !(place >= 0 && place < length))) throw refused();
    if (axis === shape.length - 1) channels = places;
    else if (typeof pick === 'number' || places.some((place, i) => place !== first(places) + i))
      throw refused();
    else cropping.push([first(places), length - 1 - last(places)]);
    if (typeof pick !== 'number') kept.push(places.length);
  }
  const isCropped = cropping.some(([before, after]) => before + after > 0);
  if (isCropped && cropping.length !== 2) throw refused();
  const isSame = channels.length === shape.at(-1) && channels.every((channel, i) => channel === i);
  const steps = [
    ...(isCropped
      ? [
          layers.cropping2D({
            name: `${name}_crop`,
            cropping: cropping as [[number, number], [number, number]],
          }),
        ]
      : []),
    ...(isSame ? [] : [new PickChannels({ name, channels })]),
    ...(kept.length === shape.length - 1 && all.every((each) => typeof each !== 'number' && each !== 'new')
      ? []
      : [layers.reshape({ name: `${name}_shape`, targetShape: kept })]),
  ];
  return chain(steps.map((step) => applier(step)));
}

function isAll(pick: Pick | undefined): boolean {
  return Array.isArray(pick) && (pick[0] ?? 0) === 0 && pick[1] === null && (pick[2] ?? 1) === 1;
}

/** Which entries of so many are taken, as Python counts. */
function placesOf(pick: number | Cut, length: number): number[] {
  const place = (at: number) => (at < 0 ? at + length : at);
  if (typeof pick === 'number') return [place(pick)];
  if ('numbers' in pick) return pick.numbers.map(place);
  const [from, to, wanted] = pick;
  const step = wanted ?? 1;
  const within = (at: number) =>
    Math.min(Math.max(place(at), step > 0 ? 0 : -1), step > 0 ? length : length - 1);
  const first = from === null ? (step > 0 ? 0 : length - 1) : within(from);
  const end = to === null ? (step > 0 ? length : -1) : within(to);
  const count = Math.max(0, Math.ceil((end - first) / step));
  return Array.from({ length: count }, (_, i) => first + i * step);
}

import { Command } from 'commander';
import { table } from '../../evaluate/table';
import type { ImageSize, NetDescription } from '../../index';
import { inputSizeOption } from '../options';
import { print, printJson } from '../print';

interface InspectFlags {
  readonly architecture?: string;
  readonly inputSize?: ImageSize;
  readonly weights?: boolean;
  readonly json?: boolean;
}

/** `goodnet inspect NET` */
export function inspectCommand(): Command {
  const command = new Command('inspect')
    .description(
      "tell what a net is: layers, shapes, parameters, classes; also of one that can't be repaired",
    )
    .argument('<net>', 'Keras .h5 or .keras, ONNX .onnx, or weights-only .h5')
    .option('--architecture <name>', 'of a weights-only file: deepid, or the path of an architecture JSON')
    .option('--weights', 'show the weights of each layer, too')
    .option('--json', 'print JSON, the weights among it');
  return inputSizeOption(command).action(async (path: string, flags: InspectFlags) => {
    const { inspect } = await import('../../library/inspect');
    const net = await inspect(path, flags);
    if (flags.json) printJson(net);
    else print(describeNet(path, net, flags));
  });
}

/** What the numbers of an input's shape are. */
function sidesOf(inputShape: readonly (number | null)[]): string {
  if (inputShape.length === 3) return 'height×width';
  const isChannels = (length: number | null | undefined) => length === 1 || length === 3;
  const first = isChannels(inputShape[1]) && !isChannels(inputShape[3]);
  return first ? 'channels×height×width' : 'height×width×channels';
}

/** What a net is, for people. */
function describeNet(path: string, net: NetDescription, { weights }: InspectFlags): string {
  const shape = (sides: readonly (number | null)[] | undefined) =>
    sides ? sides.map((side) => side ?? '?').join('×') : '?';
  const writer = net.kerasVersion ? `Keras ${net.kerasVersion}` : net.writtenBy;
  const facts: [name: string, value: string][] = [
    ['file', path],
    ['format', `${net.format}${writer ? ` (${writer})` : ''}`],
    [
      'input',
      net.inputShape ? `${shape(net.inputShape.slice(1))} (${sidesOf(net.inputShape)})` : 'not known',
    ],
    ['classes', net.classes === undefined ? 'not known' : `${net.classes} (0…${net.classes - 1})`],
    ['output', net.output ?? 'not known'],
    ['pixel scaling', 'not in the file: --pixels tells it, or repair takes what B does best under'],
    ['parameters', `${net.parameters.toLocaleString('en')} (${net.dtype})`],
    ['optimizer state', net.optimizer ? 'yes (not used)' : 'no'],
  ];
  const layers = table([
    ['layer', 'class', 'output', 'parameters', ...(weights ? ['weights'] : [])],
    ...net.layers.map((layer) => [
      layer.name,
      layer.className ?? '?',
      layer.outputShape ? shape(layer.outputShape.slice(1)) : '?',
      layer.parameters.toLocaleString('en'),
      ...(weights
        ? [layer.weights.map(({ name, shape: sides }) => `${name} ${shape(sides)}`).join(', ')]
        : []),
    ]),
  ]);
  const verdict =
    net.problems.length === 0
      ? 'It can be repaired.'
      : `It can't be repaired as it is:\n${net.problems.map((problem) => `  - ${problem}`).join('\n')}`;
  const notes = net.notes.map((note) => `\n\nNote: ${note}`).join('');
  const width = Math.max(...facts.map(([name]) => name.length));
  return `${facts.map(([name, value]) => `${name.padEnd(width)}   ${value}`).join('\n')}\n\n${layers}\n\n${verdict}${notes}`;
}

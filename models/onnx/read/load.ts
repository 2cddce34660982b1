import * as tf from '@tensorflow/tfjs-layers';
import { coded } from '../../errors';
import { assembled, uniqueNames } from '../../keras/assemble';
import { classNamesIn, NAME_FIELDS, namesBeside } from '../../keras/class-names';
import type { LoadedNet } from '../../keras/loaded-net';
import { outputOf } from '../../keras/output';
import { owned } from '../../keras/owned';
import { classesOf } from '../../keras/shapes';
import type { LoadNetOptions } from '../../keras/types';
import { first } from '../../present';
import type { Graph } from './graph';
import { type Input, inputOf } from './input';
import { openOnnx } from './onnx-file';
import type { ModelProto } from './proto/messages';
import { type Seen, translated } from './translate';

/** Builds the layers of a graph. @throws NetError naming the node that can't be used; nothing is left allocated then */
export function buildOnnx(
  graph: Graph,
  { image: { height, width, channels }, axes }: Input,
  { note, seen }: { readonly note: (note: string) => void; readonly seen: Seen },
): tf.LayersModel {
  return coded('NET_LAYER_UNSUPPORTED', () =>
    owned(() => {
      const image = tf.input({ batchShape: [null, height, width, channels], name: 'image' });
      const named = uniqueNames([image.name]);
      // Exporters begin names with a slash.
      const unique = (name: string) => named(name.replace(/^[^a-z\d]+/i, ''));
      return assembled(image, translated(graph, image, axes, { unique, seen }), unique, note);
    }),
  );
}

/**
 * Reads a classifier from an ONNX file, as loadNet does.
 * @throws NetError naming the node that can't be used; UsageError for a size that the net does not take
 */
export async function loadOnnx(path: string, options: LoadNetOptions): Promise<LoadedNet> {
  const { model: file, graph: read } = await openOnnx(path);
  const graph = await read();
  const notes: string[] = [];
  const note = (text: string) => notes.push(text);
  const input = coded('NET_SHAPE_UNSUPPORTED', () => inputOf(graph.input, options.inputSize, note));
  const model = buildOnnx(graph, input, { note, seen: () => {} });
  try {
    const classes = coded('NET_SHAPE_UNSUPPORTED', () =>
      classesOf(first(model.outputs).shape, options.classes),
    );
    const output = coded('NET_SHAPE_UNSUPPORTED', () => outputOf(first(model.outputs)));
    const { ownNames, notUsed } = classNamesIn([...namesIn(file), ...(await namesBeside(path))], classes);
    return {
      model,
      format: 'onnx',
      kerasVersion: undefined,
      inputShape: input.image,
      classes,
      output,
      notes,
      ...(ownNames && { ownNames }),
      ...(notUsed.length > 0 && { namesNotUsed: notUsed }),
    };
  } catch (error) {
    model.dispose();
    throw error;
  }
}

/** What of a file's metadata may name the classes. */
function namesIn({ metadata }: ModelProto) {
  return NAME_FIELDS.flatMap((field) =>
    metadata.filter(([key]) => key === field).map(([, text]) => ({ text, from: `its metadata ${field}` })),
  );
}

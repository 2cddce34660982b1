import { coded, type ErrorCode, NetError } from '../../errors';
import { outputOf } from '../../keras/output';
import { classesOf } from '../../keras/shapes';
import { checkTrainable } from '../../keras/trainable';
import type { LayerDescription, LoadNetOptions, NetDescription } from '../../keras/types';
import { first } from '../../present';
import { countOf } from './constant';
import { inputOf } from './input';
import { buildOnnx } from './load';
import { openOnnx } from './onnx-file';
import type { Seen } from './translate';
import { unknownOperators } from './translate';
import { isFloat, typeName } from './types';

/** Describes an ONNX file, as inspectNet does. @throws NetError only where nothing can be told */
export async function inspectOnnx(path: string, { inputSize }: LoadNetOptions): Promise<NetDescription> {
  const file = await openOnnx(path);
  const problems: string[] = [];
  const problemCodes: ErrorCode[] = [];
  const notes: string[] = [];
  const layers: LayerDescription[] = [];
  const attempt = async <T>(step: () => T | Promise<T>): Promise<T | undefined> => {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof NetError)) throw error;
      const { message, hint, code } = error;
      problems.push(hint ? `${message}. ${hint}` : `${message}.`);
      problemCodes.push(code);
      return undefined;
    }
  };
  const note = (text: string) => notes.push(text);
  const seen: Seen = (node, shape, taken) => {
    const weights = taken.map(([name, constant]) => ({ name, shape: constant.shape, dtype: 'float32' }));
    const parameters = taken.reduce((sum, [, { values }]) => sum + values.length, 0);
    const { name, outputs, operator } = node.proto;
    layers.push({
      name: name || first(outputs),
      className: operator,
      outputShape: shape,
      parameters,
      weights,
    });
  };
  const graph = await attempt(() => file.graph());
  for (const error of graph ? unknownOperators(graph) : [])
    await attempt(() => coded('NET_LAYER_UNSUPPORTED', () => Promise.reject(error)));
  const input =
    graph &&
    (await attempt(() => coded('NET_SHAPE_UNSUPPORTED', () => inputOf(graph.input, inputSize, note))));
  let classes: number | undefined;
  let output: NetDescription['output'];
  if (graph && input && problems.length === 0) {
    const model = await attempt(() => buildOnnx(graph, input, { note, seen }));
    if (model) {
      classes = await attempt(() =>
        coded('NET_SHAPE_UNSUPPORTED', () => classesOf(first(model.outputs).shape, undefined)),
      );
      output = await attempt(() => coded('NET_SHAPE_UNSUPPORTED', () => outputOf(first(model.outputs))));
      if (problems.length === 0) await attempt(() => checkTrainable(model));
      model.dispose();
    }
  }
  const weights = file.model.graph.initializers.filter(({ dataType }) => isFloat(dataType));
  return {
    format: 'onnx',
    kerasVersion: undefined,
    writtenBy: writtenBy(file.model),
    layers,
    parameters: weights.reduce((sum, each) => sum + countOf(each), 0),
    inputShape: input?.shape ?? (graph?.input.dims && [null, ...graph.input.dims.slice(1)]),
    classes,
    output,
    dtype: [...new Set(weights.map(({ dataType }) => typeName(dataType)))].sort().join(', '),
    optimizer: false,
    notes,
    problems,
    problemCodes,
  };
}

function writtenBy({ producer, opsets }: { producer: string; opsets: ReadonlyMap<string, number> }): string {
  return `${producer ? `${producer}, ` : ''}opset ${opsets.get('') ?? 1}`;
}

import { coded, NetError } from '../../errors';
import { valueAt } from '../../present';
import { readRegular } from '../../regular';
import { externalPaths, readExternal } from './external';
import { type Graph, prepared, tensorsOf } from './graph';
import type { ModelProto } from './proto/messages';
import { parseModel } from './proto/parse';

/** A protobuf file is no larger; weights beyond it lie in files beside it. */
const LARGEST_FILE = 2 ** 31 - 1;

/** An ONNX net, read as far as its graph goes. */
export interface OnnxFile {
  readonly model: ModelProto;
  /** Reads the weights. @throws NetError where they aren't there, or the graph can't be used */
  graph(): Promise<Graph>;
}

/** Opens an ONNX net. @throws NetError for what is none, or can't be read */
export async function openOnnx(path: string): Promise<OnnxFile> {
  const model = await parsed(path);
  const graph = async () => {
    const outside = await coded('NET_FILE_DAMAGED', () => readExternal(path, tensorsOf(model)));
    return coded('NET_LAYER_UNSUPPORTED', () => prepared(model, outside));
  };
  return { model, graph };
}

/** All files of an ONNX net: its own, and those that its weights lie in, in the order of their names. @throws NetError as openOnnx */
export async function onnxFiles(path: string): Promise<string[]> {
  const outside = await externalPaths(path, tensorsOf(await parsed(path)));
  return [path, ...[...outside.keys()].sort().map((location) => valueAt(outside, location))];
}

function parsed(path: string): Promise<ModelProto> {
  return coded('NET_FILE_DAMAGED', () => parse(path));
}

async function parse(path: string): Promise<ModelProto> {
  const bytes = await readRegular(path, LARGEST_FILE);
  if (bytes.length === 0) throw new NetError('The file is empty', { hint: 'Copy or download it again.' });
  return parseModel(bytes);
}

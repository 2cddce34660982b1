import type { LayersModel } from '@tensorflow/tfjs-layers';
import { NetError } from '../../models/errors';
import { OnnxGraph } from '../../models/onnx/graph';
import { writeNet } from '../../models/onnx/net';
import { Value } from '../../models/onnx/value';
import { UnwrittenLayer } from '../../models/onnx/write/writer';
import { first } from '../../models/present';

/**
 * The bytes of an .onnx file: input `image`, (n, channels, height, width), as PyTorch's nets have it; output `probabilities`, (n, classes).
 * @param net flat, of probabilities (see toProbabilities)
 * @throws NetError naming a layer that can't be written
 */
export function onnxFile(net: LayersModel): Uint8Array {
  const graph = new OnnxGraph();
  const [height, width, channels] = first(net.inputs).shape.slice(1) as [number, number, number];
  graph.input('image', [channels, height, width]);
  try {
    const image = Value.first(graph, 'image', [height, width, channels]);
    const answer = first(writeNet(graph, net, [image]));
    graph.output('probabilities', answer.last, answer.shape);
  } catch (cause) {
    if (!(cause instanceof UnwrittenLayer)) throw cause;
    const hint = 'Write the net for Keras: --to net.h5.';
    throw new NetError(`The net can’t be written as ONNX: ${cause.message}`, {
      code: 'NET_LAYER_UNSUPPORTED',
      hint,
      cause,
    });
  }
  return graph.file();
}

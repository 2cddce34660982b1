import type { LayersModel } from '@tensorflow/tfjs-layers';
import { NetError } from '../../models/errors';
import { OnnxGraph } from '../../models/onnx/graph';
import { UnwrittenLayer } from '../../models/onnx/layers/writer';
import { writeNet } from '../../models/onnx/net';
import { Value } from '../../models/onnx/value';

/**
 * The bytes of an .onnx file: input `image`, (n, channels, height, width), as PyTorch's nets have it; output `probabilities`, (n, classes).
 * @param net flat, of probabilities (see toProbabilities)
 * @throws NetError naming a layer that can't be written
 */
export function onnxFile(net: LayersModel): Uint8Array {
  const graph = new OnnxGraph();
  const [height, width, channels] = net.inputs[0]!.shape.slice(1) as [number, number, number];
  graph.input('image', [channels, height, width]);
  try {
    const [answer] = writeNet(graph, net, [Value.first(graph, 'image', [height, width, channels])]);
    graph.output('probabilities', answer!.last, answer!.shape);
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

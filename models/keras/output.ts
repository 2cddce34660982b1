import type { layers, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { NetError } from '../errors';
import { callOf, type LayerCall } from '../nets/graph';
import { PickChannels } from '../nets/pick-channels';
import { first, last } from '../present';
import type { NetOutput } from './types';

/** Layers that only move values, or leave them as they are. */
const MOVING = new Set([
  'Flatten',
  'Reshape',
  'Permute',
  'RepeatVector',
  'Cropping2D',
  'Dropout',
  'Rescaling',
  PickChannels.className,
]);
const POOLING = /Pooling2D$/;
/** Layers after which values may be anything, whatever went in. */
const MIXING = new Set([
  'Add',
  'Average',
  'Maximum',
  'Minimum',
  'Concatenate',
  'BatchNormalization',
  'LayerNormalization',
]);

/**
 * What a net of TensorFlow.js answers with, told from its last layers.
 * @throws NetError where it is neither softmax nor logits, naming the layer
 */
export function outputOf(output: SymbolicTensor): NetOutput {
  const call = callOf(output);
  const { layer } = call;
  const className = layer.getClassName();
  if (className === 'InputLayer') throw refused(layer, 'gives the image itself');
  const activation = activationOf(layer);
  if (activation === 'softmax') return 'softmax';
  if (activation === 'logSoftmax') return 'logits';
  if (className === 'Activation' && activation === 'linear') return outputOf(first(call.inputs));
  if (activation === 'linear') return 'logits';
  if (activation !== undefined) throw refused(layer, `ends in ${activation}, not in softmax or logits`);
  if (MOVING.has(className) || isSinglePlace(call)) {
    const answers = outputOf(first(call.inputs));
    if (
      answers === 'softmax' &&
      layer instanceof PickChannels &&
      !layer.keepsAll(last(first(call.inputs).shape))
    )
      throw refused(
        layer,
        'leaves out some of the classes of a softmax, so its answers are no probabilities',
      );
    return answers;
  }
  if (!POOLING.test(className) && !MIXING.has(className)) {
    const what = className.startsWith('GoodNet') ? 'arithmetic of its own' : className;
    throw refused(layer, `ends in ${what}, not in softmax or logits`);
  }
  for (const input of call.inputs) {
    if (endsInSoftmax(input))
      throw refused(layer, 'works on softmax outputs, so the net gives no logits', MERGED);
  }
  return 'logits';
}

const MERGED = 'Nets that average or merge the answers of others can’t be used; repair each of them.';

/** The call whose softmax is the net's last step, with the calls that only move its values, last first. */
export function softmaxOf(output: SymbolicTensor): { softmax: LayerCall; after: LayerCall[] } {
  const after: LayerCall[] = [];
  let call = callOf(output);
  while (activationOf(call.layer) !== 'softmax') {
    after.push(call);
    call = callOf(first(call.inputs));
  }
  return { softmax: call, after };
}

/** The name of a layer's activation, for those that have one. */
export function activationOf(layer: layers.Layer): string | undefined {
  if (layer.getClassName() === 'Softmax') return 'softmax';
  const { activation } = layer.getConfig();
  return typeof activation === 'string' ? activation : undefined;
}

function endsInSoftmax(tensor: SymbolicTensor): boolean {
  const call = callOf(tensor);
  const className = call.layer.getClassName();
  if (activationOf(call.layer) === 'softmax') return true;
  return (MOVING.has(className) || POOLING.test(className)) && endsInSoftmax(first(call.inputs));
}

/** Pooling over a single place changes nothing. */
function isSinglePlace({ layer, inputs }: LayerCall): boolean {
  const [, height, width] = inputs[0]?.shape ?? [];
  return POOLING.test(layer.getClassName()) && height === 1 && width === 1;
}

function refused(layer: layers.Layer, why: string, hint?: string): NetError {
  return new NetError(`The net's output layer "${layer.name}" ${why}`, {
    hint: hint ?? 'A classifier ends in softmax, or in a dense layer without activation.',
  });
}

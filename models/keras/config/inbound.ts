import { NetError } from '../../errors';
import { isObject, type Json, type JsonObject, own } from './json';
import type { TensorRef } from './spec';

/** How Keras 3 marks a tensor among a call's arguments. */
export const KERAS_TENSOR = '__keras_tensor__';

/**
 * Reads a layer's `inbound_nodes`: what it is called on, for each call. Keras 1 and 2 write lists of
 * [layer, call, output, arguments], Keras 3 the call's arguments with tensors marked `__keras_tensor__`.
 * @param where the layer, for messages: `layer "conv" (Conv2D)`
 * @throws NetError for a call with arguments that would change the result
 */
export function readCalls(nodes: Json | undefined, where: string): TensorRef[][] {
  if (nodes === undefined || nodes === null) return [];
  if (!Array.isArray(nodes)) throw malformed(where);
  return nodes.map((node) => {
    if (isObject(node)) return callOfKeras3(node, where);
    if (!Array.isArray(node)) throw malformed(where);
    // A call on one tensor may be written without the list around it.
    return (typeof node[0] === 'string' ? [node] : node).map((ref) => refOf(ref, where));
  });
}

/** Reads `input_layers` or `output_layers`: a list of [layer, call, output], or one of them. */
export function readEnds(ends: Json | undefined, where: string): TensorRef[] {
  if (!Array.isArray(ends)) {
    throw new NetError(`${where} names its inputs or outputs in a way that GoodNet does not know`, {
      hint: 'Nets with one image input and one output can be used.',
    });
  }
  return (typeof ends[0] === 'string' ? [ends] : ends).map((ref) => refOf(ref, where));
}

function callOfKeras3(node: JsonObject, where: string): TensorRef[] {
  const args = own(node, 'args');
  const kwargs = own(node, 'kwargs');
  if (!Array.isArray(args)) throw malformed(where);
  // Keras 3's predict() has the last word on `training`, whatever the layer was called with.
  if (isObject(kwargs)) checkArguments({ ...kwargs, training: null }, where);
  const [tensors, ...others] = args;
  if (others.some((other) => other !== null)) throw unknownArgument(where);
  return (Array.isArray(tensors) ? tensors : [tensors]).map((tensor) => {
    if (!isObject(tensor) || own(tensor, 'class_name') !== KERAS_TENSOR) throw unknownArgument(where);
    const config = own(tensor, 'config');
    return refOf(isObject(config) ? own(config, 'keras_history') : undefined, where);
  });
}

/** Reads [layer, call, output]. */
export function refOf(ref: Json | undefined, where: string): TensorRef {
  if (!Array.isArray(ref)) throw malformed(where);
  const [layer, call, output, kwargs] = ref;
  if (typeof layer !== 'string' || !Number.isInteger(call) || (call as number) < 0) throw malformed(where);
  if (output !== 0 && output !== undefined) {
    throw new NetError(
      `${where} takes the second output of "${layer}"; layers with several outputs can't be used`,
    );
  }
  if (isObject(kwargs)) checkArguments(kwargs, where);
  return { layer, call: call as number };
}

/** Arguments that leave the result as it is: none, `training=False`, an empty mask. */
function checkArguments(kwargs: JsonObject, where: string): void {
  for (const [name, value] of Object.entries(kwargs)) {
    if (value === null || (Array.isArray(value) && value.every((each) => each === null))) continue;
    if (name === 'training' && value === false) continue;
    if (name === 'training') {
      throw new NetError(
        `${where} is called with training=${JSON.stringify(value)}, so it works as in training, on a batch at a time, or at random`,
        {
          hint: 'Build the net without that argument and save it again.',
        },
      );
    }
    throw unknownArgument(where, name);
  }
}

function unknownArgument(where: string, name?: string): NetError {
  return new NetError(
    `${where} is called with ${name ? `the argument "${name}"` : 'arguments'} that GoodNet does not know`,
    {
      hint: 'Rewrite that step with layers that are called on tensors alone, and save the net again.',
    },
  );
}

function malformed(where: string): NetError {
  return new NetError(`${where}: its connections (inbound_nodes) are not as any Keras writes them`, {
    hint: 'The file is damaged or was written by another program.',
  });
}

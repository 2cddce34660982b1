import { NetError } from '../../errors';
import { type Json, type JsonObject, own, ownText } from './json';

const CLASSES = new Map([
  ['Convolution2D', 'Conv2D'],
  ['AtrousConvolution2D', 'Conv2D'],
  ['SeparableConvolution2D', 'SeparableConv2D'],
]);

const MERGES = new Map([
  ['sum', 'Add'],
  ['mul', 'Multiply'],
  ['ave', 'Average'],
  ['max', 'Maximum'],
  ['concat', 'Concatenate'],
]);

/** Keras 1's options that Keras 2 has under another name. */
const RENAMED = new Map([
  ['nb_filter', 'filters'],
  ['border_mode', 'padding'],
  ['subsample', 'strides'],
  ['bias', 'use_bias'],
  ['output_dim', 'units'],
  ['p', 'rate'],
  ['sigma', 'stddev'],
  ['atrous_rate', 'dilation_rate'],
  ['input_dtype', 'dtype'],
]);

/** Options that tell how weights were first set or are held in training, or repeat what shapes tell. */
const DROPPED =
  /^(init|.*_init|[Wb]_(regularizer|constraint|learning_rate.*)|(gamma|beta)_regularizer|input_dim|input_length|output_shape_type)$/;

/**
 * A layer of Keras 1 (its 1.2 form) under Keras 2's class and option names.
 * @throws NetError for what Keras 2 has no equal of
 */
export function fromKeras1(
  className: string,
  config: JsonObject,
  where: string,
): { className: string; config: JsonObject } {
  if (className === 'Merge') return merge(config, where);
  const renamed: JsonObject = {};
  const put = (key: string, value: Json): void => {
    // Both are there, by Keras 1's name and by Keras 2's, and only one can hold.
    if (Object.hasOwn(renamed, key) && JSON.stringify(renamed[key]) !== JSON.stringify(value)) {
      throw new NetError(`${where} has two values for ${key}, under its names in Keras 1 and in Keras 2`, {
        hint: 'The file is damaged or was written by another program.',
      });
    }
    // Object.entries of parsed JSON may give "__proto__", which must not become a prototype.
    Object.defineProperty(renamed, key, { value, enumerable: true, configurable: true });
  };
  for (const [key, value] of Object.entries(config)) {
    if (DROPPED.test(key)) continue;
    if (key === 'nb_row' || key === 'nb_col' || key === 'dim_ordering' || key === 'mode') continue;
    put(RENAMED.get(key) ?? key, value);
  }
  const rows = own(config, 'nb_row');
  const columns = own(config, 'nb_col');
  if (rows !== undefined && columns !== undefined) put('kernel_size', [rows, columns]);
  const ordering = ownText(config, 'dim_ordering');
  if (ordering !== undefined) put('data_format', ordering === 'tf' ? 'channels_last' : 'channels_first');
  const mode = own(config, 'mode');
  if (mode !== undefined && mode !== 0) {
    throw new NetError(`${where} normalises by each batch's own statistics (mode ${JSON.stringify(mode)})`, {
      code: 'NET_LAYER_UNSUPPORTED',
      hint: 'Its answers depend on the other images of a batch; only mode 0 can be used.',
    });
  }
  return { className: CLASSES.get(className) ?? className, config: renamed };
}

function merge(config: JsonObject, where: string): { className: string; config: JsonObject } {
  const mode = ownText(config, 'mode');
  const className = mode === undefined ? undefined : MERGES.get(mode);
  const type = ownText(config, 'mode_type') ?? 'raw';
  if (className === undefined || type !== 'raw' || own(config, 'layers') !== undefined) {
    throw new NetError(`${where} merges in a way that can't be used (mode ${JSON.stringify(mode ?? type)})`, {
      code: 'NET_LAYER_UNSUPPORTED',
      hint: 'Sum, mul, ave, max and concat of the functional API can be used; functions are never executed.',
    });
  }
  const axis = own(config, 'concat_axis') ?? -1;
  const name = own(config, 'name') ?? 'merge';
  return { className, config: className === 'Concatenate' ? { name, axis } : { name } };
}

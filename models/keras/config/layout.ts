import { own } from './json';
import type { ModelSpec } from './spec';

/** Whether a net takes images channels first, (channels, height, width), and has layers that say they do. */
export function isChannelsFirst(spec: ModelSpec): boolean {
  const { inputShape } = spec;
  const channels = inputShape?.length === 4 ? inputShape[1] : undefined;
  return (channels === 1 || channels === 3) && saysSo(spec);
}

function saysSo({ layers }: ModelSpec): boolean {
  return layers.some(({ config, inner }) =>
    inner ? saysSo(inner) : own(config, 'data_format') === 'channels_first',
  );
}

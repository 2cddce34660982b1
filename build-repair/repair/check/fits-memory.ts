import type { LayersModel } from '@tensorflow/tfjs-layers';
import { currentEngine } from '../../../models/engine';
import { NetError } from '../../../models/errors';
import { toLogits } from '../../../models/keras/logits';
import { MOST_MEMORY } from '../../../models/nets/most-memory';
import { leastMemory } from '../../../models/nets/rows-at-once';
import { memoryInWords } from '../../memory-option';

/**
 * Checks that a net can be trained in the memory that may be taken, image by image if need be. An engine must run.
 * @param memory bytes
 * @throws NetError where it can't
 */
export function checkFits(net: LayersModel, memory: number): void {
  const flat = toLogits(net);
  const least = leastMemory(flat);
  flat.dispose();
  const isWasm = currentEngine().name !== 'node';
  const most = isWasm ? Math.min(memory, MOST_MEMORY) : memory;
  if (least <= most) return;
  const more = `--memory ${Math.ceil(least / 2 ** 20)}MB`;
  const native = 'Train it natively: npm run setup:native, then';
  throw new NetError(
    `The net needs ${memoryInWords(least)} to be trained, one image at a time; ${memoryInWords(most)} may be taken`,
    {
      code: 'NET_TOO_LARGE',
      hint: isWasm && least > MOST_MEMORY ? `${native} ${more}.` : `Give ${more}, where the machine has it.`,
    },
  );
}

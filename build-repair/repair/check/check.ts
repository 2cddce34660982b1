import { checkWritableFolder } from '../../../models/bundle/writable-folder';
import { UsageError } from '../../../models/errors';
import { checkTrainable } from '../../../models/keras';
import { folderFiles } from '../../../models/store/folder-files';
import { checkMayPoint } from '../../../models/store/move-pointer';
import { usualMemory } from '../../memory-option';
import { checkFits } from './fits-memory';
import { bothKept } from './kept';
import type { CheckedRepair, RepairOptions } from './options';

/**
 * Checks what is asked of a repair before anything is read: that the method makes use of what it is given, that the bundle may be put where it is
 * to go, and that the engine can train the net. An engine must run.
 * @throws GoodNetError for what can't be, or a place that can't be written to
 */
export async function check(options: RepairOptions): Promise<CheckedRepair> {
  const { net, method, unlabelled, hosts, keepsImages = true, finding = false, out, signing } = options;
  const { memory = usualMemory() } = options;
  if (unlabelled && method !== 'expert') {
    throw new UsageError(`The method ${method} makes no use of images without labels`, {
      hint: 'Leave them out, or take --method expert.',
    });
  }
  if (hosts && !keepsImages) throw bothKept();
  if (hosts && method !== 'expert') {
    throw new UsageError(`The method ${method} keeps no images`, {
      hint: 'Leave --hosts out, or take --method expert.',
    });
  }
  await checkWritableFolder(out);
  await checkMayPoint(folderFiles(out), signing);
  // As inspect does: not after minutes of reading.
  await checkTrainable(net.model);
  checkFits(net.model, memory);
  return { ...options, keepsImages, finding, memory };
}

import { packNets } from '../../../models/bundle/pack';
import { writeBundle } from '../../../models/bundle/write';
import { first } from '../../../models/present';
import { folderFiles } from '../../../models/store/folder-files';
import { setCurrent } from '../../../models/store/move-pointer';
import { signInStore } from '../../../models/store/publish';
import { packFinding } from '../../finding/pack';
import { allImages } from '../../images/load';
import { STAGES } from '../../stages';
import type { MadeDetector } from '../calibrate/made-detector';
import type { CheckedRepair } from '../check/options';
import type { Chosen } from '../choose/choose';
import type { Measured } from '../measure/measure';
import type { Written } from '../result';
import { contentOf } from './content';
import { holdServed } from './hold-served';
import { classCounts, MODEL_CARD, modelCard } from './model-card';
import { isUnrepaired } from './unrepaired';

/**
 * Writes the bundle into its store, signs it where that is asked for, and makes it current, where the net is repaired or that is accepted.
 * @throws GoodNetError for a place that can't be written to, or where the engine that serves answers otherwise; whatever `signal` was aborted with before, and nothing is written
 */
export async function write(
  checked: CheckedRepair,
  chosen: Pick<Chosen, 'context' | 'hosts' | 'plan' | 'classNames'>,
  made: MadeDetector,
  measured: Measured,
): Promise<Written> {
  const { out, signing, signal, progress } = checked;
  const { context, plan } = chosen;
  signal?.throwIfAborted();
  progress({ stage: STAGES.writing, done: 0, total: 1 });
  const finding = made.finding && (await packFinding(made.finding, context.shape));
  const { files, fields } = await packNets(made.nets, made.parts, made.familiarity);
  const content = { ...contentOf(checked, chosen, made, measured), ...fields, finding: finding?.field };
  const served = plan.scheme === 'split' ? first(plan.folds).fit : allImages(context.images);
  const card = new TextEncoder().encode(modelCard(content, classCounts(context.images.labels, served)));
  const written = await writeBundle(out, content, [
    ...files,
    ...(finding?.files ?? []),
    { path: MODEL_CARD, bytes: card },
  ]);
  if (checked.askServed) await holdServed(checked.askServed, written.folder, context, made, checked);
  const store = folderFiles(out);
  if (signing) await signInStore(store, written.manifest.id, signing.signer);
  const madeCurrent = checked.acceptUnrepaired === true || !isUnrepaired(made.alone);
  if (madeCurrent) await setCurrent(store, written.manifest.id, signing);
  progress({ stage: STAGES.writing, done: 1, total: 1 });
  return { ...written, madeCurrent };
}

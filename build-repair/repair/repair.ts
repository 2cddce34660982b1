import { enableTraining } from '../../models/engine/training';
import { first } from '../../models/present';
import { Owned } from '../owned';
import { calibrate } from './calibrate/calibrate';
import type { MadeDetector } from './calibrate/made-detector';
import { check } from './check/check';
import type { RepairOptions } from './check/options';
import { choose } from './choose/choose';
import { find } from './find';
import { fitBy } from './fit/fit';
import { measure } from './measure/measure';
import { read } from './read';
import type { RepairResult } from './result';
import { standAloneFor } from './stand-alone-for';
import { repairNotices } from './write/notices';
import { write } from './write/write';

export type { RepairResult };

/**
 * Repairs a BadNet, calibrates the detector, and writes the bundle. The same inputs, seed and engine give the same
 * bundle, byte for byte; natively, on the same number of cores.
 * All that it allocates is freed, whether it succeeds or fails; the net and the sets stay the caller's.
 * @throws GoodNetError for inputs that can't be used, or a place that can't be written to; whatever `signal` was aborted with, and nothing is written
 */
export async function repair(options: RepairOptions): Promise<RepairResult> {
  const checked = await check(options);
  await enableTraining();
  const owned = new Owned();
  try {
    const inputs = owned.keep(await read(checked));
    const chosen = await choose(checked, inputs);
    const fitted = owned.keep(await fitBy(checked.method, chosen));
    const finding = checked.finding ? await find(chosen, fitted) : undefined;
    const alone = await standAloneFor(chosen, fitted, finding);
    if (alone) owned.keep(alone.net);
    const made = owned.keep(await calibrate(chosen, fitted, finding, alone));
    tell(made, checked.say);
    const measured = await measure(chosen.context, made, checked);
    const written = await write(checked, chosen, made, measured);
    const notices = repairNotices(checked, chosen.context, made, measured.figures);
    return { ...written, figures: measured.figures, notices };
  } finally {
    owned.dispose();
  }
}

/** Tells what came of calibrating, and what the detector goes without. */
function tell({ notes, without }: MadeDetector, say: (line: string) => void): void {
  for (const note of notes) say(first(note).toUpperCase() + note.slice(1));
  for (const { evidence, reason } of without) say(`Without the evidence "${evidence}": ${reason}`);
}

import { Command } from 'commander';
import { BundleError } from '../../../models/errors';
import { first } from '../../../models/present';
import type { Migration } from '../../index';
import { interruptible } from '../interrupt';
import { print, printError } from '../print';
import { ProgressLines } from '../progress-lines';
import { short } from '../store-contents';
import { tellCurrent, telling } from '../tell-current';
import { openSigning, trustOf } from '../trust';

/** `goodnet migrate STORE` */
export function migrateCommand(): Command {
  return new Command('migrate')
    .summary('bring the bundles of a store into the newest format')
    .description(
      'bring the bundles of a store into the newest format: each gets a new one beside it, with another id and the same nets, and what is current points to the new one; the old ones stay, for going back, until goodnet prune',
    )
    .argument('<store>', 'a folder, or s3://bucket/prefix')
    .option(
      '--sign <key>',
      'sign the new bundles, and which is current: a file of a private key (goodnet keys create), or the ARN of one in KMS; left out: GOODNET_SIGN',
    )
    .option(
      '--trust <key...>',
      'keys whose signatures are believed beside that one’s: with a key, only bundles that one of them has signed are migrated; left out: GOODNET_TRUST',
    )
    .action(async (store: string, { sign, trust }: { sign?: string; trust?: string[] }) => {
      const { signing, signed } = telling(await openSigning(sign, trustOf(trust), printError));
      const { openStore } = await import('../../library/store');
      const opened = await openStore(store, { sign: signing });
      const lines = new ProgressLines();
      const made = await interruptible(
        (signal) =>
          opened.migrate({
            onProgress: (done, total) => lines.report({ stage: 'Migrating', done, total }),
            signal,
          }),
        `what is current in ${store} was left as it is; bundles that are migrated stay, and the work goes on from them.`,
      );
      lines.finish();
      tell(store, made);
      if (made.current !== undefined)
        await tellCurrent(store, made.current, `${short(made.current)} is now current in ${store}`, signed());
      refuse(store, made);
    });
}

function tell(store: string, { bundles, current }: Migration): void {
  for (const { from, format, to, isNew } of bundles) {
    if (isNew)
      print(`${short(from)} (format ${format}) was migrated to ${short(to)}, and stays for going back`);
    else print(`${short(from)} (format ${format}) is migrated already, to ${short(to)}`);
  }
  const isDone = current === undefined && bundles.every(({ isNew }) => !isNew);
  if (isDone) print(`Nothing to do: no other bundle in ${store} can be migrated.`);
}

/** @throws BundleError where bundles were left as they are */
function refuse(store: string, { refused }: Migration): void {
  if (refused.length === 0) return;
  const each = refused.map(({ folder, why }) => `${folder}: ${why.message}`);
  throw new BundleError(`Not migrated in ${store}:\n  ${each.join('\n  ')}`, {
    hint: first(refused).why.hint,
  });
}

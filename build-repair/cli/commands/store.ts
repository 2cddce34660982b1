import { Command } from 'commander';
import { UsageError } from '../../../models/errors';
import { interruptible } from '../interrupt';
import { whole } from '../options';
import { print, printError, printJson } from '../print';
import { ProgressLines } from '../progress-lines';
import { short, storeContentsJson, storeContentsText } from '../store-contents';
import { tellCurrent, telling } from '../tell-current';
import { openSigning, openTrusted, trustOf } from '../trust';

/** Loaded only where a store is asked for. */
const openStore: typeof import('../../library/store').openStore = async (...asked) =>
  (await import('../../library/store')).openStore(...asked);

const STORE = ['--store <address>', 'a folder, or s3://bucket/prefix'] as const;
const SIGN = [
  '--sign <key>',
  'sign that it is current, as readers that trust keys want it: a file of a private key (goodnet keys create), or the ARN of one in KMS; left out: GOODNET_SIGN',
] as const;

const TRUST = [
  '--trust <key...>',
  'keys whose word on what was current is believed beside that one’s; left out: GOODNET_TRUST',
] as const;

interface PointFlags {
  readonly store: string;
  readonly sign?: string;
  readonly trust?: string[];
}

/** `goodnet keys create FILE` */
export function keysCommand(): Command {
  const create = new Command('create')
    .description('make an Ed25519 key pair: FILE signs bundles, FILE.pub is given to those who trust them')
    .argument('<file>', 'where to')
    .action(async (file: string) => {
      const id = await (await import('../../library/keys')).createKeys(file);
      print(`Key ${id} was made:`);
      print(`  ${file} signs bundles: keep it secret`);
      print(`  ${file}.pub goes to those who trust it: goodnet serve --trust ${file}.pub`);
    });
  return new Command('keys').description('keys that sign bundles').addCommand(create);
}

/** `goodnet publish BUNDLE --to ADDRESS [--sign KEY] [--activate]` */
export function publishCommand(): Command {
  return new Command('publish')
    .description('put a bundle into a store: a folder, or s3://bucket/prefix')
    .argument('<bundle>', 'a bundle, or the folder store whose current bundle is meant')
    .requiredOption('--to <address>', STORE[1])
    .option(
      '--sign <key>',
      'sign it, and with --activate that it is current: a file of a private key (goodnet keys create), or the ARN of one in KMS; left out: GOODNET_SIGN',
    )
    .option(
      '--trust <key...>',
      'only a bundle that one of these keys has signed: files, or ARNs in KMS; left out: GOODNET_TRUST',
    )
    .option('--activate', 'make it the current bundle of the store')
    .action(
      async (
        bundle: string,
        { to, activate, sign, trust }: { to: string; activate?: boolean; sign?: string; trust?: string[] },
      ) => {
        const keys = trustOf(trust);
        const { signing, signed: done } = telling(await openSigning(sign, keys, printError));
        const store = await openStore(to, { sign: signing, trust: await openTrusted(keys, printError) });
        const lines = new ProgressLines();
        const manifest = await interruptible(
          (signal) =>
            store.publish(bundle, {
              activate,
              onProgress: (done, total) => lines.report({ stage: 'Publishing', done, total }),
              signal,
            }),
          `no bundle was put in ${to}; files of it that are there are not sent again.`,
        );
        lines.finish();
        const signed = signing ? `, signed by ${signing.signer.keyId}` : '';
        if (activate) {
          const what = `${short(manifest.id)} is in ${to}${signed}, and is now current`;
          await tellCurrent(to, manifest.id, what, done());
        } else {
          print(`${short(manifest.id)} is in ${to}${signed}`);
          const again = sign === undefined ? '' : ` --sign ${sign}`;
          print(`To make it current: goodnet activate ${short(manifest.id)} --store ${to}${again}`);
        }
      },
    );
}

/** `goodnet models --store ADDRESS` */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the bundles of a store')
    .requiredOption(...STORE)
    .option(
      '--trust <key...>',
      'tell signatures of these keys alone, once verified: files, or ARNs in KMS; left out: GOODNET_TRUST; without, those that files claim',
    )
    .option('--json', 'print JSON')
    .action(async ({ store, json, trust }: { store: string; json?: boolean; trust?: string[] }) => {
      const opened = await openStore(store, { trust: await openTrusted(trustOf(trust), printError) });
      const contents = await opened.list();
      if (json) printJson(storeContentsJson(contents));
      else print(storeContentsText(contents));
      // Which is current can't be told; what there is to choose from can.
      if (contents.damage) throw contents.damage;
    });
}

/** `goodnet activate ID --store ADDRESS` */
export function activateCommand(): Command {
  return new Command('activate')
    .description('make a bundle the current one of its store, which is served')
    .argument('<id>', 'the bundle, or the beginning of its id')
    .requiredOption(...STORE)
    .option(...SIGN)
    .option(...TRUST)
    .action(async (id: string, { store, sign, trust }: PointFlags) => {
      if (id === '')
        throw new UsageError('The id is empty', { hint: 'goodnet models lists the bundles of a store.' });
      const { signing, signed } = telling(await openSigning(sign, trustOf(trust), printError));
      const found = await (await openStore(store, { sign: signing })).activate(id);
      await tellCurrent(store, found, `${short(found)} is now current in ${store}`, signed());
    });
}

/** `goodnet rollback --store ADDRESS` */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('make the bundle before the current one current again; the last of them that can be read')
    .requiredOption(...STORE)
    .option(...SIGN)
    .option(...TRUST)
    .action(async ({ store, sign, trust }: PointFlags) => {
      const { signing, signed } = telling(await openSigning(sign, trustOf(trust), printError));
      const id = await (await openStore(store, { sign: signing })).rollback();
      await tellCurrent(store, id, `${short(id)} is current again in ${store}`, signed());
    });
}

/** `goodnet prune --store ADDRESS [--keep 3]` */
export function pruneCommand(): Command {
  return new Command('prune')
    .summary('remove bundles from a store, all but a few')
    .description(
      "remove bundles from a store. Kept are the current one, the one before it, one published since and never current yet, then those that were current last; what can't be read goes first",
    )
    .requiredOption(...STORE)
    .option('--keep <number>', 'how many to keep, the current one counted', whole(1, 1000), 3)
    .option('--json', 'print JSON')
    .option(
      '--trust <key...>',
      'only where one of these keys has signed what is current: files, or ARNs in KMS; left out: GOODNET_TRUST',
    )
    .action(
      async ({
        store,
        keep,
        json,
        trust,
      }: {
        store: string;
        keep: number;
        json?: boolean;
        trust?: string[];
      }) => {
        const opened = await openStore(store, { trust: await openTrusted(trustOf(trust), printError) });
        const removed = await opened.prune(keep);
        if (json) printJson({ removed });
        else if (removed.length === 0) print('Nothing to remove.');
        else for (const id of removed) print(`${short(id)} was removed from ${store}`);
      },
    );
}

import { Command } from 'commander';
import { interruptible } from '../interrupt';
import { whole } from '../options';
import { ProgressLines } from '../progress-lines';

const bundles = () => import('../../../models/store/bundles');
const pointing = () => import('../../../models/store/pointing');
const open = async (address: string) => (await import('../../../models/store/open')).openFiles(address);
const short = (id: string) => id.slice(0, 16);

const STORE = ['--store <address>', 'a folder, or s3://bucket/prefix'] as const;

/** `goodnet keys create FILE` */
export function keysCommand(): Command {
  const create = new Command('create')
    .description('make an Ed25519 key pair: FILE signs bundles, FILE.pub is given to those who trust them')
    .argument('<file>', 'where to')
    .action(async (file: string) => {
      const id = await (await import('../../../models/signing/keys')).createKeys(file);
      console.log(`Key ${id}: ${file} signs, ${file}.pub is trusted`);
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
      'sign it: a file of a private key (goodnet keys create), or the ARN of one in KMS; left out: GOODNET_SIGN',
    )
    .option('--activate', 'have the store answer with it from now on')
    .action(
      async (bundle: string, { to, activate, sign }: { to: string; activate?: boolean; sign?: string }) => {
        const files = await open(to);
        const key = sign ?? process.env.GOODNET_SIGN;
        const signer = key
          ? await (await import('../../../models/signing/signer')).openSigner(key)
          : undefined;
        const lines = new ProgressLines();
        const { publish } = await import('../../../models/store/publish');
        const manifest = await interruptible(
          (signal) =>
            publish(bundle, files, {
              progress: (done, total) => lines.report({ stage: 'Publishing', done, total }),
              signal,
              signer,
            }),
          `no bundle was put in ${to}; files of it that are there are not sent again.`,
        );
        lines.finish();
        if (activate) await (await pointing()).activate(files, manifest.id);
        console.log(`${short(manifest.id)} is in ${to}${activate ? ', and is answered with' : ''}`);
      },
    );
}

/** `goodnet models --store ADDRESS` */
export function modelsCommand(): Command {
  return new Command('models')
    .description('list the bundles of a store')
    .requiredOption(...STORE)
    .action(async ({ store }: { store: string }) => {
      const { bundles: kept, unreadable } = await (await bundles()).listBundles(await open(store));
      const marked = (isCurrent: boolean) => (isCurrent ? ['current'] : []);
      for (const { id, name, method, bytes, isCurrent } of kept) {
        const size = `${(bytes / 1e6).toFixed(1)} MB`;
        console.log([short(id), name, method, size, ...marked(isCurrent)].join('  '));
      }
      for (const { folder, why, isCurrent } of unreadable)
        console.log([folder, `can't be read: ${why.message}`, ...marked(isCurrent)].join('  '));
    });
}

/** `goodnet activate ID --store ADDRESS` */
export function activateCommand(): Command {
  return new Command('activate')
    .description('have a store answer with one of its bundles')
    .argument('<id>', 'the bundle, or the beginning of its id')
    .requiredOption(...STORE)
    .action(async (id: string, { store }: { store: string }) => {
      console.log(`${short(await (await pointing()).activate(await open(store), id))} is answered with`);
    });
}

/** `goodnet rollback --store ADDRESS` */
export function rollbackCommand(): Command {
  return new Command('rollback')
    .description('have a store answer with the bundle before the current one; with the last that can be read')
    .requiredOption(...STORE)
    .action(async ({ store }: { store: string }) => {
      console.log(`${short(await (await pointing()).rollback(await open(store)))} is answered with again`);
    });
}

/** `goodnet prune --store ADDRESS [--keep 3]` */
export function pruneCommand(): Command {
  return new Command('prune')
    .description(
      'remove bundles from a store. Kept are the current one, the one before it, one published since and never current yet, then those that were current last; what can not be read goes first',
    )
    .requiredOption(...STORE)
    .option('--keep <number>', 'how many to keep, the current one counted', whole(1, 1000), 3)
    .action(async ({ store, keep }: { store: string; keep: number }) => {
      const { prune } = await import('../../../models/store/prune');
      const removed = await prune(await open(store), keep);
      for (const id of removed) console.log(`${short(id)} removed`);
      if (removed.length === 0) console.log('Nothing to remove.');
    });
}

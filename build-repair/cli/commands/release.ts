import { hostname, userInfo } from 'node:os';
import { Command } from 'commander';
import type { ToRelease } from '../../../functions/screening/released';
import { UsageError } from '../../../models/errors';
import { isS3 } from '../../../models/store/address';
import { print } from '../print';

interface ReleaseFlags {
  readonly record?: string;
  readonly quarantine: string;
  readonly to?: string;
  readonly by?: string;
  readonly why?: string;
}

/** `goodnet release s3://BUCKET/QUARANTINE/KEY --record ADDRESS` */
export function releaseCommand(): Command {
  return new Command('release')
    .description(
      'let a picture go that screening has flagged wrongly: back to where it was, and not flagged again',
    )
    .argument(
      '<what>',
      'an object in quarantine, s3://bucket/key; or a file’s SHA-256, which is put on record alone',
    )
    .option(
      '--record <address>',
      'where releases are kept, and screening looks: s3://bucket/released; left out: GOODNET_RELEASED',
    )
    .option('--quarantine <prefix>', 'the prefix of the quarantine', 'quarantine')
    .option('--to <address>', 'where it goes; left out: where it came from')
    .option(
      '--by <name>',
      'who releases it, put on record beside whom AWS knows by the credentials; left out: where AWS tells nobody, the user of this machine',
    )
    .option('--why <text>', 'put on record, too')
    .action(releaseAction);
}

async function releaseAction(what: string, flags: ReleaseFlags): Promise<void> {
  const record = flags.record ?? process.env.GOODNET_RELEASED;
  if (!record)
    throw new UsageError('Where releases are kept is not told', {
      hint: 'Give --record, or GOODNET_RELEASED; with cdk the output Release has it.',
    });
  const who = await whoReleases(flags.by, isS3(record) || isS3(what));
  const { by } = who;
  const how = { record, who, why: flags.why };
  const { cameFrom, recordRelease, releaseObject } = await import('../../../functions/screening/released');
  if (/^[0-9a-f]{64}$/i.test(what)) {
    await recordRelease(what.toLowerCase(), how);
    print(`${what.slice(0, 16)} is on record as released by ${by}: screening flags it no more`);
    return;
  }
  const { s3Client } = await import('../../../models/store/s3-files');
  const { s3Uploads } = await import('../../../functions/uploads/s3');
  const from = objectAt(what);
  const given = flags.to === undefined ? undefined : objectAt(flags.to);
  const back = (hasVersion: boolean) => given ?? cameFrom(from, flags.quarantine, hasVersion);
  const client = s3Client();
  try {
    const { release, to } = await releaseObject(from, back, s3Uploads(client), how);
    print(`Released by ${by}: s3://${to.bucket}/${to.key}`);
    print(`  SHA-256 ${release.sha256}: screening flags it no more`);
  } finally {
    client.destroy();
  }
}

/** Whom AWS knows by the credentials; what is said of who it is stands beside it, or in its place, where nobody has checked it. */
async function whoReleases(said: string | undefined, isAsked: boolean): Promise<ToRelease['who']> {
  const arn = isAsked ? await (await import('../caller')).callerArn() : undefined;
  if (arn !== undefined) return { by: arn, byAs: 'aws', note: said };
  return { by: said ?? `${userInfo().username}@${hostname()}`, byAs: 'said' };
}

function objectAt(address: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(address) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  throw new UsageError(`${address} is neither s3://bucket/key nor a SHA-256 of 64 hexadecimal digits`);
}

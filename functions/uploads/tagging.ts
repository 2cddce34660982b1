import {
  GetObjectTaggingCommand,
  PutObjectTaggingCommand,
  type S3Client,
  type Tag,
} from '@aws-sdk/client-s3';
import { messageOf } from '../../models/errors';
import { isMissing, type S3Fault } from '../../models/store/s3-files';

export type Tags = Readonly<Record<string, string>>;

/**
 * What came of setting tags: `gone` where the object is; the keys of others that had to go, and of ours for which there
 * is no room; or why S3 takes none at all, so that the object may bear what somebody else set.
 */
export type Tagged =
  | 'tagged'
  | 'gone'
  | { readonly dropped: readonly string[]; readonly leftOut: readonly string[] }
  | { readonly refused: string };

/** S3 keeps as many tags an object. */
const MOST_TAGS = 10;
/** What S3 says to what it will not take the next time either: that is no use, or not allowed. */
const REFUSALS: readonly unknown[] = [400, 403];

/**
 * Sets tags of an object beside those that it has. An uploader can fill all ten: then one of theirs, the last by its key,
 * goes for the first of ours, and the rest of ours is left out. Where S3 does not take back what it keeps itself, all of
 * theirs go.
 * @throws what S3 throws where it is worth trying again
 */
export async function setTags(
  client: S3Client,
  at: { readonly Bucket: string; readonly Key: string; readonly VersionId: string | undefined },
  tags: Tags,
): Promise<Tagged> {
  const ours: Tag[] = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const put = (TagSet: Tag[]) => client.send(new PutObjectTaggingCommand({ ...at, Tagging: { TagSet } }));
  try {
    const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(at));
    const others = TagSet.filter(({ Key = '' }) => !Object.hasOwn(tags, Key)).sort(byKey);
    const kept = others.slice(0, MOST_TAGS - 1);
    const fitting = ours.slice(0, MOST_TAGS - kept.length);
    try {
      await put([...kept, ...fitting]);
      return outcomeOf(others.slice(kept.length), ours.slice(fitting.length));
    } catch (error) {
      if (statusOf(error) !== 400 || kept.length === 0) throw error;
      await put(ours);
      return outcomeOf(others, []);
    }
  } catch (error) {
    if (isGone(error)) return 'gone';
    if (REFUSALS.includes(statusOf(error))) return { refused: messageOf(error) };
    throw error;
  }
}

const keyOf = ({ Key = '' }: Tag) => Key;
const byKey = (a: Tag, b: Tag) => (keyOf(a) < keyOf(b) ? -1 : 1);

function outcomeOf(dropped: readonly Tag[], leftOut: readonly Tag[]): Tagged {
  if (dropped.length + leftOut.length === 0) return 'tagged';
  return { dropped: dropped.map(keyOf), leftOut: leftOut.map(keyOf) };
}

function statusOf(error: unknown): number | undefined {
  return (error as S3Fault).$metadata?.httpStatusCode;
}

/** Whether an object, or that version of it, is not there, or not any more. */
export function isGone(error: unknown): boolean {
  const { name } = error as S3Fault;
  // 405: the version is the mark that something was deleted.
  return isMissing(error) || name === 'NoSuchVersion' || statusOf(error) === 405;
}

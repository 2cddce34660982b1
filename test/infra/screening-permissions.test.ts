import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCREENED_WITHIN, TO_ANSWER } from '../../functions/screening/events';
import { screenObject } from '../../functions/screening/screen-object';
import { s3Uploads } from '../../functions/uploads/s3';
import { colours, plain, WHITE } from '../functions/stand-in';
import { type Synthesized, synthesize } from './synth';

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

let made: Synthesized;
beforeAll(() => {
  made = synthesize({ quarantine: 'flagged' });
});

/** S3 of one flagged picture, which takes note of what IAM is asked for. */
function watched(picture: Buffer, versionId: string | undefined, isRefusing: boolean) {
  const asked = new Set<string>();
  const ask = (key: string, action: string, isOfVersion = false) =>
    asked.add(`s3:${isOfVersion ? action.replace('Object', 'ObjectVersion') : action} ${key.split('/')[0]}`);
  let isGone = false;
  const send = async (command: { input: { Key?: string; VersionId?: string } }) => {
    const { Key = '', VersionId } = command.input;
    const isVersion = VersionId !== undefined;
    if (command instanceof GetObjectCommand) {
      ask(Key, 'GetObject', isVersion);
      if (isGone) throw Object.assign(new Error('gone'), { name: 'NoSuchKey' });
      const Body = Readable.from([picture]);
      return { Body, ETag: '"e"', ContentLength: picture.length, VersionId: versionId };
    }
    if (command instanceof GetObjectTaggingCommand) ask(Key, 'GetObjectTagging', isVersion);
    else if (command instanceof PutObjectTaggingCommand) {
      ask(Key, 'PutObjectTagging', isVersion);
      if (isRefusing) throw Object.assign(new Error('no'), { $metadata: { httpStatusCode: 403 } });
    } else if (command instanceof CopyObjectCommand) {
      const [, source = '', version] = /^uploads\/(.*?)(\?.*)?$/.exec(command.input.CopySource!)!;
      ask(source, 'GetObject', version !== undefined);
      if (command.input.TaggingDirective !== 'REPLACE')
        ask(source, 'GetObjectTagging', version !== undefined);
      ask(Key, 'PutObject');
      ask(Key, 'PutObjectTagging');
    } else if (command instanceof DeleteObjectCommand) {
      ask(Key, 'DeleteObject', isVersion);
      isGone = true;
    } else if (command instanceof PutObjectCommand) ask(Key, 'PutObject');
    return {};
  };
  return { asked, client: { send } as unknown as S3Client };
}

describe('the functions that screen', () => {
  it.each([
    ['an event', 'v1', 'v1'],
    ['a backfill', undefined, 'v1'],
    ['either, without versions', undefined, undefined],
  ])('may do what they do, by %s', async (_, versionId, there) => {
    const policies = Object.values(made.template('Screening').findResources('AWS::IAM::Policy'))
      .map(({ Properties }) => Properties.PolicyDocument.Statement as Statement[])
      .filter((statements) => statements.some(({ Sid }) => Sid === 'ReadUploads'));
    expect(policies).toHaveLength(2);
    for (const isRefusing of [false, true]) {
      const picture = await plain(WHITE).png().toBuffer();
      const { asked, client } = watched(picture, there, isRefusing);
      const { movedTo } = await screenObject(
        { bucket: 'uploads', key: 'uploads/a.png', versionId },
        {
          model: colours,
          uploads: s3Uploads(client),
          recording: { tags: true, results: { prefix: 'results/' }, quarantine: { prefix: 'flagged/' } },
        },
      );
      expect(movedTo).toBeDefined();
      expect(
        [...asked].some((each) => each === `s3:Delete${there ? 'ObjectVersion' : 'Object'} uploads`),
      ).toBe(true);
      const missing = [...asked].filter((each) => {
        const [action, prefix] = each.split(' ') as [string, string];
        const allows = ({ Action, Resource }: Statement) =>
          [Action].flat().includes(action) && JSON.stringify(Resource).includes(`/${prefix}/*`);
        return !policies.every((statements) => statements.some(allows));
      });
      expect(missing).toEqual([]);
    }
  });

  it('live longer than one object may take', () => {
    const functions = Object.values(made.template('Screening').findResources('AWS::Lambda::Function'));
    const timeouts = functions
      .filter(({ Properties }) => JSON.stringify(Properties).includes('GOODNET_UPLOADS_BUCKET'))
      .map(({ Properties }) => 1000 * Properties.Timeout);
    expect(timeouts).toHaveLength(2);
    for (const timeout of timeouts) expect(timeout).toBeGreaterThan(SCREENED_WITHIN + TO_ANSWER);
  });
});

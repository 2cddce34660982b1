import { resolve } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { seenHere } from '../../../models/signing/seen';
import { isS3, modelOf, placeOf } from '../../../models/store/address';
import { readCurrent } from '../../../models/store/current';
import { openGivenSigning, openGivenTrust } from '../../../models/store/given-keys';
import { filesOpener, openStoreFiles } from '../../../models/store/open-store-files';
import { publish } from '../../../models/store/publish';
import { openStore } from '../../../models/store/store';
import { at, files, idOf, keys, made, ours, store, strangers, usePlainStores } from './plain-stores';

usePlainStores();

describe('a store that is opened', () => {
  it('reads, publishes, activates and goes back', async () => {
    const opened = await openStore(store);
    expect(opened.address).toBe(store);
    const progress = vi.fn();
    expect((await opened.publish(made[0]!.path, { onProgress: progress })).id).toBe(idOf(0));
    expect(progress).toHaveBeenLastCalledWith(5, 5);
    expect((await opened.list()).current).toBeUndefined();
    for (const { path } of made) await opened.publish(path, { activate: true });
    expect((await opened.list()).current!.bundle).toBe(idOf(3));
    expect(await opened.activate(idOf(0).slice(0, 20))).toBe(idOf(0));
    expect(await opened.rollback()).toBe(idOf(3));
    expect((await opened.prune()).length).toBe(1);
    expect((await opened.list()).bundles.length).toBe(3);
    expect(await opened.signersOf(idOf(3))).toBeUndefined();
    await expect(opened.publish(made[0]!.path, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  });

  it('signs, and believes who is trusted', async () => {
    const signs = await openStore(store, { sign: at('ours'), trust: at('ours.pub') });
    await expect(signs.publish(made[0]!.path)).rejects.toThrow(/is not signed/);
    const signed = await openStore(store, { sign: at('ours') });
    await signed.publish(made[0]!.path, { activate: true });
    expect(await signed.signersOf(idOf(0))).toEqual([ours.keyId]);
    expect((await signs.list()).isCurrentVerified).toBe(true);
    expect((await signed.list()).isCurrentVerified).toBeUndefined();
    // Who has no key is told before anything is sent.
    const plain = await openStore(store);
    await expect(plain.publish(made[1]!.path, { activate: true })).rejects.toMatchObject({ kind: 'usage' });
    expect((await plain.list()).bundles.length).toBe(1);
    // Another who signs goes on from what is trusted.
    const others = await openStore(store, { sign: at('strangers'), trust: at('ours.pub') });
    await publish(made[0]!.path, files, { signer: strangers });
    await others.activate(idOf(0));
    expect((await readCurrent(files))!.signed!.keyId).toBe(strangers.keyId);
  });

  it('takes keys by their files, read already, or with what was seen', async () => {
    const trust = { keys, seen: seenHere() };
    expect(await openGivenTrust(undefined)).toBeUndefined();
    for (const given of [at('ours.pub'), [at('ours.pub')], keys])
      expect([...(await openGivenTrust(given))!.keys.keys()]).toEqual([ours.keyId]);
    expect([...(await openGivenTrust([]))!.keys.keys()]).toEqual([]);
    expect(await openGivenTrust(trust)).toBe(trust);
    expect(await openGivenSigning(undefined)).toBeUndefined();
    expect((await openGivenSigning(at('ours')))!.signer.keyId).toBe(ours.keyId);
    expect(await openGivenSigning(ours)).toEqual({ signer: ours });
    const given = { signer: ours, seen: seenHere() };
    expect(await openGivenSigning(given)).toBe(given);
  });

  it('is a folder, or in S3, with one client for all', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const open = filesOpener();
    expect((await open(store)).address).toBe(store);
    expect((await open('s3://bucket/a')).address).toBe('s3://bucket/a');
    expect((await openStoreFiles('s3://bucket/a')).address).toBe('s3://bucket/a');
    await expect(open('s3://')).rejects.toMatchObject({ kind: 'usage' });
    vi.unstubAllEnvs();
  });

  it('is called by the last part of its address, however that is written', () => {
    expect([isS3('s3://bucket/a'), isS3('a/s3://b'), isS3('/s3')]).toEqual([true, false, false]);
    expect(placeOf('s3://bucket/a/b//')).toBe('s3://bucket/a/b');
    expect(placeOf('a/../b/')).toBe(resolve('b'));
    expect([modelOf('s3://bucket/faces/'), modelOf('/models/faces/'), modelOf('s3://bucket')]).toEqual([
      'faces',
      'faces',
      'bucket',
    ]);
  });
});

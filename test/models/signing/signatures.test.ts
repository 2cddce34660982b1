import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { signaturesBeside } from '../../../models/signing/folder-signatures';
import { createKeys, keyId, readPrivateKey, readPublicKey, type Signer } from '../../../models/signing/keys';
import {
  bearsSignatureOf,
  checkPointer,
  nextSerial,
  type Pointer,
  type ReadPointer,
  signedFields,
  signPointer,
} from '../../../models/signing/pointer';
import { checkSerial, leastSerial, seenHere } from '../../../models/signing/seen';
import {
  addSignature,
  checkSigned,
  isSignedBy,
  openTrust,
  parseSignatures,
  type Signatures,
  signaturesText,
  trustedByName,
} from '../../../models/signing/signatures';
import { isKms, openSigner } from '../../../models/signing/signer';

const work = mkdtempSync(join(tmpdir(), 'goodnet-signatures-'));
const at = (...names: string[]) => join(work, ...names);
afterAll(() => rmSync(work, { recursive: true, force: true }));

function newSigner(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const id = keyId(publicKey);
  return { keyId: id, publicKey, sign: async (message) => sign(null, message, privateKey) };
}
const [ours, theirs] = [newSigner(), newSigner()];
const trusted = new Map([[ours.keyId, ours.publicKey]]);
const ID = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const untrusted = { code: 'BUNDLE_UNTRUSTED' };
/** Not unsigned, or signed by others: of no signer at all. */
const bad = { code: 'SIGNATURE_BAD' };

/** The signatures of a bundle by some signers, the first one first. */
async function signaturesBy(signers: readonly Signer[], id = ID): Promise<Signatures> {
  let before: Signatures = [];
  for (const signer of [...signers].reverse())
    before = parseSignatures(await addSignature(id, signer, before), 's');
  return before;
}
/** So many signatures that nobody has made. */
const junk = (count: number): Signatures =>
  Array.from({ length: count }, (_, i) => ({
    keyId: i.toString(16).padStart(16, '0'),
    signature: Buffer.alloc(64).toString('base64'),
  }));

describe('the signatures of a bundle', () => {
  it('are of its id, under a name of their own, so that nothing else that is signed passes for them', async () => {
    const [{ keyId, signature }] = (await signaturesBy([ours])) as [Signatures[number]];
    expect(keyId).toBe(ours.keyId);
    const bytes = Buffer.from(signature, 'base64');
    expect(verify(null, Buffer.from(`goodnet-bundle-1\n${ID}`), ours.publicKey, bytes)).toBe(true);
    expect(isSignedBy(ID, { keyId, signature }, trusted)).toBe(true);
    expect(isSignedBy(OTHER, { keyId, signature }, trusted)).toBe(false);
    expect(isSignedBy(ID, { keyId, signature }, new Map())).toBe(false);
    expect(isSignedBy(ID, { keyId, signature }, new Map([[keyId, theirs.publicKey]]))).toBe(false);
  });

  it('are one a key, the last first; those of others stay', async () => {
    const both = await signaturesBy([theirs, ours]);
    expect(both.map(({ keyId }) => keyId)).toEqual([theirs.keyId, ours.keyId]);
    const again = parseSignatures(await addSignature(ID, ours, both), 's');
    expect(again.map(({ keyId }) => keyId)).toEqual([ours.keyId, theirs.keyId]);
    expect(again[1]).toEqual(both[0]);
  });

  it('are 64 at most, the new one among them, and can be read', async () => {
    const full = parseSignatures(await addSignature(ID, ours, junk(64)), 's');
    expect(full.map(({ keyId }) => keyId)).toEqual([ours.keyId, ...junk(63).map(({ keyId }) => keyId)]);
    expect(parseSignatures(signaturesText(junk(65)), 's')).toEqual(junk(64));
  });

  it('are written as other versions read them', async () => {
    const signatures = await signaturesBy([ours]);
    expect(JSON.parse(signaturesText(signatures))).toEqual({
      format: 'goodnet-signatures',
      formatVersion: 1,
      signatures,
    });
    expect(signaturesText(signatures)).toMatch(/^\{\n "format"[\s\S]*\}\n$/);
  });

  it.each<[string | object, RegExp]>([
    ['{', /s is not JSON: it is damaged/],
    ['{}', /s is damaged or of a newer format/],
    [{ format: 'goodnet' }, /s is damaged/],
    [{ formatVersion: 2 }, /s is damaged or of a newer format/],
    [{ signatures: [{}] }, /s is damaged/],
    [{ signatures: junk(65) }, /s is damaged/],
    ...['', 'a'.repeat(15), 'a'.repeat(17), 'G'.repeat(16), 'A'.repeat(16)].map(
      (keyId) => [{ signatures: [{ ...junk(1)[0], keyId }] }, /s is damaged/] satisfies [object, RegExp],
    ),
    ...['', 'AAAA', `${'A'.repeat(87)}!`, 'A'.repeat(92)].map(
      (signature) =>
        [{ signatures: [{ ...junk(1)[0], signature }] }, /s is damaged/] satisfies [object, RegExp],
    ),
  ])('are damaged where they are otherwise, %#', (change, why) => {
    const text =
      typeof change === 'string' ? change : JSON.stringify({ ...JSON.parse(signaturesText([])), ...change });
    expect(() => parseSignatures(text, 's')).toThrow(
      expect.objectContaining({ ...bad, kind: 'data', message: expect.stringMatching(why) }),
    );
  });

  it('are believed where one of a trusted key is of the bundle, whatever stands beside it', async () => {
    const wrong = { ...junk(1)[0]!, keyId: ours.keyId };
    const right = await signaturesBy([ours]);
    expect(checkSigned(ID, [...junk(3), wrong, ...right], trusted, 'b')).toBeUndefined();
  });

  it.each([
    ['are none', async () => undefined, /^b is not signed$/],
    ['are an empty list', async () => [], /^b is not signed$/],
    [
      'are a stranger’s',
      async () => await signaturesBy([theirs]),
      new RegExp(`^b is signed by ${theirs.keyId}, which`),
    ],
    [
      'are five strangers’',
      async () => junk(5),
      /^b is signed by (0{15}\d, ){4}0{15}4, which is not trusted here$/,
    ],
    [
      'are six strangers’',
      async () => junk(6),
      /^b is signed by (0{15}\d, ){4}0{15}4 and others, which is not/,
    ],
    [
      'are of another bundle',
      async () => [...junk(1), ...(await signaturesBy([ours], OTHER))],
      new RegExp(`^b bears a signature of ${ours.keyId} that is not of this bundle$`),
    ],
  ])('are refused where they %s', async (what, signatures, why) => {
    const given = await signatures();
    const code = what.includes('another bundle') ? bad : untrusted;
    expect(() => checkSigned(ID, given, trusted, 'b')).toThrow(
      expect.objectContaining({ ...code, message: expect.stringMatching(why) }),
    );
  });

  it('lie beside it; none where there is none, and what can not be read is told', async () => {
    const signatures = await signaturesBy([ours]);
    expect(await signaturesBeside(at('none'))).toBeUndefined();
    mkdirSync(at('signed'));
    writeFileSync(at('signed', 'signatures.json'), signaturesText(signatures));
    expect(await signaturesBeside(at('signed'))).toEqual(signatures);
    writeFileSync(at('signed', 'signatures.json'), '{');
    await expect(signaturesBeside(at('signed'))).rejects.toMatchObject(bad);
    writeFileSync(at('signed', 'signatures.json'), Buffer.alloc(2 ** 18 + 1));
    await expect(signaturesBeside(at('signed'))).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(/signatures\.json can't be read: it is 262145 bytes long/),
    });
    rmSync(at('signed', 'signatures.json'));
    execFileSync('mkfifo', [at('signed', 'signatures.json')]);
    await expect(signaturesBeside(at('signed'))).rejects.toMatchObject({ kind: 'environment' });
  });
});

describe('what is current', () => {
  const pointer: Pointer = { model: 'faces', bundle: ID, before: [OTHER], serial: 7 };
  const signed = async (by = ours, of = pointer): Promise<ReadPointer> => {
    const { bundle, before, ...more } = of;
    return { bundle, before, signed: { ...more, ...(await signPointer(of, by)) } };
  };

  it('is signed whole, under a name of its own', async () => {
    const { signature, keyId } = await signPointer(pointer, ours);
    expect(keyId).toBe(ours.keyId);
    const message = `goodnet-current-1\n${JSON.stringify(['faces', ID, [OTHER], 7])}`;
    expect(verify(null, Buffer.from(message), ours.publicKey, Buffer.from(signature, 'base64'))).toBe(true);
  });

  it('is believed as it was signed', async () => {
    const read = await signed();
    expect(bearsSignatureOf(read, trusted)).toBe(true);
    expect(checkPointer(read, 'faces', trusted, 'c')).toBe(7);
    for (const other of [
      { ...read, bundle: OTHER },
      { ...read, before: [] },
      { ...read, signed: { ...read.signed!, serial: 8 } },
      { ...read, signed: { ...read.signed!, model: 'signs' } },
      { bundle: ID, before: [OTHER] },
      await signed(theirs),
    ])
      expect(bearsSignatureOf(other, trusted)).toBe(false);
  });

  it.each([
    ['nobody', async () => ({ bundle: ID, before: [] }), /^c is not signed$/],
    ['a stranger', () => signed(theirs), new RegExp(`^c is signed by ${theirs.keyId}, which is not trusted`)],
    [
      'somebody, and changed',
      async () => ({ ...(await signed()), bundle: OTHER }),
      /that is not of what it says$/,
    ],
    [
      'us, for another model',
      () => signed(ours, { ...pointer, model: 'signs' }),
      /of the model "signs", not of "faces"/,
    ],
  ])('is refused where it was signed by %s', async (who, read, why) => {
    const given = await read();
    const code = who.includes('changed') ? bad : untrusted;
    expect(() => checkPointer(given, 'faces', trusted, 'c')).toThrow(
      expect.objectContaining({ ...code, message: expect.stringMatching(why) }),
    );
  });

  it('has fields of which none is anything', async () => {
    const { model, serial, keyId, signature } = (await signed()).signed!;
    const right = { model, serial, keyId, signature };
    expect(signedFields.parse(right)).toEqual(right);
    expect(signedFields.parse({ ...right, serial: 1 }).serial).toBe(1);
    for (const wrong of [
      { model: 1 },
      { serial: 0 },
      { serial: 1.5 },
      { keyId: `${keyId}0` },
      { keyId: `0${keyId}` },
      { keyId: keyId.slice(1) },
      { keyId: 'x'.repeat(16) },
      { signature: 'AAAA' },
      { signature: '!'.repeat(88) },
    ])
      expect(signedFields.safeParse({ ...right, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
  });
});

describe('serials', () => {
  it('are the time, and one more where a clock was ahead', () => {
    expect(nextSerial([], 5e12)).toBe(5e12);
    expect(nextSerial([4e12, 3e12], 5e12)).toBe(5e12);
    expect(nextSerial([4e12, 6e12], 5e12)).toBe(6e12 + 1);
  });
});

describe('the serials that were seen', () => {
  it('are told store by store, the highest of each', async () => {
    const seen = seenHere();
    expect(await seen.newest('a')).toBeUndefined();
    expect(await seen.note('a', 5)).toBeUndefined();
    expect(await seen.note('a', 5)).toBeUndefined();
    expect(await seen.note('a', 4)).toBe(5);
    expect(await seen.newest('a')).toBe(5);
    expect(await seen.note('a', 6)).toBeUndefined();
    expect(await seen.newest('a')).toBe(6);
    expect(await seen.newest('b')).toBeUndefined();
  });

  it('begin with the least that is told', async () => {
    const seen = seenHere(9);
    expect(await seen.newest('a')).toBe(9);
    expect(await seen.note('a', 8)).toBe(9);
    expect(await seen.note('a', 9)).toBeUndefined();
    expect(await seenHere(1).newest('a')).toBe(1);
  });

  it('are held to', async () => {
    const seen = seenHere(9);
    await expect(checkSerial(seen, 'a', 8, 'c')).rejects.toMatchObject({
      code: 'STORE_PUT_BACK',
      message: expect.stringMatching(/^c is older \(serial 8\) than one that was seen before \(9\)/),
    });
    await checkSerial(seen, 'a', 10, 'c');
    await expect(checkSerial(seen, 'a', 9, 'c')).rejects.toThrow(/seen before \(10\)/);
  });

  it('the least of them is a number that was printed, or none', () => {
    for (const [given, least] of [
      [undefined, 0],
      ['', 0],
      ['1700000000000', 1_700_000_000_000],
    ] as const)
      expect(leastSerial(given)).toBe(least);
    for (const wrong of ['x', '-1', '1.5', '1e3', ' 1', '1 ', '1'.repeat(16), 'x1', '1x'])
      expect(() => leastSerial(wrong)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});

describe('keys', () => {
  it('that are named are parted by commas; none where none is, and nothing but commas is a mistake', () => {
    expect(trustedByName(undefined)).toEqual([]);
    expect(trustedByName('')).toEqual([]);
    expect(trustedByName('  ')).toEqual([]);
    expect(trustedByName('a')).toEqual(['a']);
    expect(trustedByName(' a, b ,,c')).toEqual(['a', 'b', 'c']);
    for (const wrong of [',', ' , '])
      expect(() => trustedByName(wrong)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });

  it('are made as a pair that signs and is trusted, one readable by its owner alone', async () => {
    const id = await createKeys(at('pair'));
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(statSync(at('pair')).mode & 0o777).toBe(0o600);
    expect(readFileSync(at('pair'), 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readFileSync(at('pair.pub'), 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    const [signer, keys] = [await openSigner(at('pair')), await openTrust([at('pair.pub')])];
    expect([signer.keyId, [...keys.keys()]]).toEqual([id, [id]]);
    expect(keyId(signer.publicKey)).toBe(id);
    const text = await addSignature(ID, signer);
    expect(checkSigned(ID, parseSignatures(text, 's'), keys, 'b')).toBeUndefined();
  });

  it('are made both or not at all, and say what was in the way', async () => {
    writeFileSync(at('there'), 'kept');
    const hint = (text: string) => expect.stringContaining(text);
    await expect(createKeys(at('there'))).rejects.toMatchObject({
      message: expect.stringMatching(/can't be written to .*there: .*there is there already$/),
      hint: hint('a key that signed bundles should not be written over'),
    });
    expect(existsSync(at('there.pub'))).toBe(false);
    await expect(createKeys(at('no', 'folder'))).rejects.toMatchObject({
      message: expect.stringMatching(/: there is no such folder$/),
      hint: 'Give another path.',
    });
    await expect(createKeys(at('there', 'below'))).rejects.toThrow(/below: ENOTDIR/);
  });

  it('are told apart from what is none', async () => {
    const pem = { format: 'pem' } as const;
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(at('rsa'), rsa.privateKey.export({ ...pem, type: 'pkcs8' }));
    writeFileSync(at('rsa.pub'), rsa.publicKey.export({ ...pem, type: 'spki' }));
    writeFileSync(at('text'), 'no key');
    await createKeys(at('right'));
    for (const [read, why] of [
      [() => readPrivateKey(at('right.pub')), /right\.pub is no private Ed25519 key: it is a public key$/],
      [() => readPublicKey(at('right')), /right is no public Ed25519 key: it is a private key$/],
      [() => readPrivateKey(at('rsa')), /it is of rsa$/],
      [() => readPublicKey(at('rsa.pub')), /it is of rsa$/],
      [() => readPublicKey(at('text')), /it holds no key in PEM$/],
      [() => readPublicKey(at('nowhere')), /there is no such file$/],
      [() => readPublicKey(work), /is no public Ed25519 key: EISDIR/],
    ] as const)
      await expect(read()).rejects.toMatchObject({
        code: 'KEY_UNUSABLE',
        kind: 'usage',
        message: expect.stringMatching(why),
      });
  });

  it('are in KMS where their names are ARNs of it', () => {
    for (const arn of ['arn:aws:kms:eu-central-1:1:key/a', 'arn:aws-us-gov:kms:x:1:key/a', 'arn:aws-cn:kms:'])
      expect(isKms(arn)).toBe(true);
    for (const other of ['key', 'arn:aws:s3:::bucket', './arn:aws:kms:x', 'arn:aws9:kms:x', 'arn:aws:kms'])
      expect(isKms(other)).toBe(false);
  });
});

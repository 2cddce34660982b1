import { createPublicKey, type KeyObject } from 'node:crypto';
import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import { regionOf } from '../aws-region';
import { GoodNetError, messageOf } from '../errors';
import { present } from '../present';
import { quietly } from '../quiet-aws';
import { keyId, type Signer } from './keys';

const clientFor = (arn: string) => quietly(() => new KMSClient(regionOf(arn)));

/** Signs by a key in KMS: it needs kms:Sign and kms:GetPublicKey. */
export async function kmsSigner(arn: string, client = clientFor(arn)): Promise<Signer> {
  const publicKey = await kmsPublicKey(arn, client);
  return {
    keyId: keyId(publicKey),
    publicKey,
    async sign(message) {
      const { Signature } = await client
        .send(
          new SignCommand({
            KeyId: arn,
            Message: message,
            MessageType: 'RAW',
            SigningAlgorithm: 'ED25519_SHA_512',
          }),
        )
        .catch(refused(arn));
      return present(Signature, `The signature by ${arn}`);
    },
  };
}

/** The public half of a key in KMS. @throws GoodNetError where it can't be had or is not of Ed25519 */
export async function kmsPublicKey(arn: string, client = clientFor(arn)): Promise<KeyObject> {
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: arn })).catch(refused(arn));
  const key = createPublicKey({
    key: Buffer.from(present(PublicKey, `The public key of ${arn}`)),
    format: 'der',
    type: 'spki',
  });
  if (key.asymmetricKeyType === 'ed25519') return key;
  throw new GoodNetError(`${arn} is a key of ${key.asymmetricKeyType}; Ed25519 is wanted`, {
    code: 'KEY_UNUSABLE',
  });
}

function refused(arn: string) {
  return (cause: unknown): never => {
    throw new GoodNetError(`KMS refuses ${arn}: ${messageOf(cause)}`, {
      code: 'KMS_UNAVAILABLE',
      kind: 'environment',
      hint: 'Check the credentials, the region, and what they may do with the key.',
      cause,
    });
  };
}

import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { json } from 'node:stream/consumers';

/**
 * KMS as far as it signs (its JSON protocol, 1.1): no emulator has Ed25519 keys.
 * @param keys private keys, by their ARNs
 */
export function kmsServer(keys: ReadonlyMap<string, KeyObject>): Server {
  return createServer(async (asked, answer) => {
    const { KeyId, Message, MessageType, SigningAlgorithm } = (await json(asked)) as Record<string, string>;
    const key = keys.get(KeyId!);
    const tell = (status: number, body: object) => {
      answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' });
      answer.end(JSON.stringify(body));
    };
    const refuse = (__type: string, message: string) => tell(400, { __type, message });
    if (!key) return refuse('NotFoundException', 'there is no such key');
    const isEd25519 = key.asymmetricKeyType === 'ed25519';
    if (asked.headers['x-amz-target'] === 'TrentService.GetPublicKey') {
      const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
      return tell(200, { KeyId, PublicKey: der.toString('base64'), KeyUsage: 'SIGN_VERIFY' });
    }
    if (!isEd25519 || MessageType !== 'RAW' || SigningAlgorithm !== 'ED25519_SHA_512') {
      return refuse('InvalidKeyUsageException', `${SigningAlgorithm} ${MessageType}`);
    }
    const Signature = sign(null, Buffer.from(Message!, 'base64'), key).toString('base64');
    tell(200, { KeyId, Signature, SigningAlgorithm });
  });
}

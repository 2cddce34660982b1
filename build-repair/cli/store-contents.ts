import { table } from '../evaluate/table';
import type { StoreContents, StoredBundle } from '../index';

/** The beginning of a bundle's id, which tells it from others. */
export const short = (id: string) => id.slice(0, 16);

/** What a store holds, for people. */
export function storeContentsText({
  bundles,
  unreadable,
  current,
  isCurrentVerified,
  seenSerial,
}: StoreContents): string {
  const parts: string[] = [];
  if (bundles.length > 0) {
    const head = ['id', 'model', 'method', 'published (UTC)', 'signed by', 'α', 'clean accuracy', 'size', ''];
    parts.push(table([head, ...bundles.map(rowOf)]));
  }
  if (unreadable.length > 0) {
    const lines = unreadable.map(
      ({ folder, why, isCurrent }) =>
        `${folder}  ${isCurrent ? 'current, ' : ''}can't be read: ${why.message}`,
    );
    parts.push(lines.join('\n'));
  }
  if (current?.signed) {
    const { keyId, model, serial } = current.signed;
    const claims = isCurrentVerified === undefined ? ' (as the file claims; verified with --trust KEY)' : '';
    const by = isCurrentVerified === false ? 'by nobody who is trusted here' : `by ${keyId}`;
    parts.push(`What is current is signed ${by}: model ${JSON.stringify(model)}, serial ${serial}${claims}`);
    if (seenSerial !== undefined)
      parts.push(`It is older than what was seen (serial ${seenSerial}): it has been put back.`);
  }
  return parts.join('\n\n');
}

function rowOf(bundle: StoredBundle): string[] {
  const { id, name, method, published, signers, alpha, accuracy, bytes, isCurrent } = bundle;
  return [
    short(id),
    name,
    method,
    published === undefined ? '?' : new Date(published).toISOString().slice(0, 16).replace('T', ' '),
    signers ? signers.join(', ') || 'unsigned' : 'damaged',
    method === 'expert' ? `${+(100 * alpha).toFixed(4)} %` : '–',
    `${(100 * accuracy).toFixed(1)} %`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    isCurrent ? 'current' : '',
  ];
}

/** What a store holds, for programs. */
export function storeContentsJson({
  bundles,
  unreadable,
  current,
  isCurrentVerified,
  seenSerial,
}: StoreContents): object {
  const { keyId, model, serial } = current?.signed ?? {};
  return {
    currentSigned:
      keyId === undefined
        ? null
        : { keyId, model, serial, verified: isCurrentVerified ?? null, seenSerial: seenSerial ?? null },
    bundles: bundles.map(({ published, signers, isCurrent, ...bundle }) => ({
      ...bundle,
      published: published === undefined ? null : new Date(published).toISOString(),
      signers: signers ?? null,
      current: isCurrent,
    })),
    unreadable: unreadable.map(({ folder, why, isCurrent }) => ({
      id: folder,
      why: why.message,
      current: isCurrent,
    })),
  };
}

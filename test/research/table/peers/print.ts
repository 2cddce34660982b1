import { markdown, section } from '../../../markdown';
import type { Row } from '../rows';

/** The same nets by one method. */
export interface Peer {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Milliseconds of a verdict, the median of the nets. */
  readonly msPerImage: string;
}

/** GoodNet and its peers beside each other, a row each below the net as it came. @param peers of the same nets and triggers, in the same order */
export function peersTables(title: string, peers: readonly Peer[], notes: string): string {
  const { rows } = peers[0]!;
  const nets = [...rows.keys()].filter((i) => rows[i]!.net !== rows[i - 1]?.net);
  const middle = (values: readonly string[]) =>
    values.map(Number).sort((a, b) => a - b)[(values.length - 1) >> 1]!;
  const ofTriggers = rows.flatMap(({ net, trigger, attack }, i) => [
    [net, trigger, '(none)', attack.bad, ''],
    ...peers.map((peer) => {
      const own = peer.rows[i]!;
      return [net, trigger, peer.name, own.attack.answered, own.detected];
    }),
  ]);
  const ofNets = nets.flatMap((i) => [
    [rows[i]!.net, '(none)', rows[i]!.clean.bad, ''],
    ...peers.map((peer) => {
      const own = peer.rows[i]!;
      return [own.net, peer.name, own.clean.answered, own.falseAlarms];
    }),
  ]);
  return section(
    title,
    notes,
    `Of ${rows[0]!.poisonedImages} poisoned images each:`,
    markdown(['net', 'trigger', 'method', 'attack success', 'detected'], ofTriggers),
    `Of ${rows[0]!.cleanImages} clean test images each; a flagged one counts as wrong:`,
    markdown(['net', 'method', 'clean accuracy', 'false alarms'], ofNets),
    'What each takes, the median of the nets:',
    markdown(
      ['method', 'to make it, seconds', 'an image, milliseconds'],
      peers.map(({ name, rows: own, msPerImage }) => [
        name,
        String(middle(nets.map((i) => own[i]!.seconds))),
        msPerImage,
      ]),
    ),
  );
}

import { markdown, section } from '../../../markdown';
import type { Row } from '../rows';

/** The same nets by one method. */
export interface Peer {
  readonly name: string;
  readonly rows: readonly Row[];
  /** Milliseconds of a verdict, the median of the nets. */
  readonly msPerImage: string;
}

/** GoodNet and its peers beside each other. @param peers of the same nets and triggers, in the same order */
export function peersTables(title: string, peers: readonly Peer[], notes: string): string {
  const [first] = peers;
  const names = peers.map(({ name }) => name);
  const rows = first!.rows;
  const nets = [...rows.keys()].filter((i) => rows[i]!.net !== rows[i - 1]?.net);
  const ofTriggers = (cell: (row: Row) => string, more: (row: Row) => readonly string[]) =>
    rows.map((row, i) => [row.trigger, row.net, ...more(row), ...peers.map((peer) => cell(peer.rows[i]!))]);
  const ofNets = (cell: (row: Row) => string, more: (row: Row) => readonly string[]) =>
    nets.map((i) => [rows[i]!.net, ...more(rows[i]!), ...peers.map((peer) => cell(peer.rows[i]!))]);
  const middle = (values: readonly string[]) =>
    values.map(Number).sort((a, b) => a - b)[(values.length - 1) >> 1]!;
  return section(
    title,
    notes,
    `Attack success, of ${rows[0]!.poisonedImages} poisoned images each (BadNet: without any defence):`,
    markdown(
      ['trigger', 'net', 'BadNet', ...names],
      ofTriggers(
        ({ attack }) => attack.answered,
        ({ attack }) => [attack.bad],
      ),
    ),
    `Clean accuracy, of ${rows[0]!.cleanImages} clean test images each; a flagged one counts as wrong:`,
    markdown(
      ['net', 'BadNet', ...names],
      ofNets(
        ({ clean }) => clean.answered,
        ({ clean }) => [clean.bad],
      ),
    ),
    'Detected, of the same poisoned images:',
    markdown(
      ['trigger', 'net', ...names],
      ofTriggers(
        ({ detected }) => detected,
        () => [],
      ),
    ),
    'False alarms, of the same clean images:',
    markdown(
      ['net', ...names],
      ofNets(
        ({ falseAlarms }) => falseAlarms,
        () => [],
      ),
    ),
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

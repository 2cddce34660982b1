import type { Random } from '../../../models/random';
import { Timeline } from './events';

export interface Repairs {
  readonly nets: number;
  readonly machines: number;
  /** Seconds of a net, undisturbed. */
  readonly time: number;
  /** Seconds until a machine works: it is found, starts, and loads the image. */
  readonly boot: number;
  /** How often a machine is taken away, a second. */
  readonly rate: number;
}

export interface RepairsResult {
  /** Seconds until the last net is done. */
  readonly seconds: number;
  /** Seconds of machines that are paid for. */
  readonly billed: number;
  readonly taken: number;
  /** Mean seconds of a machine for a net, all tries and machines that had to start again counted. */
  readonly perNet: number;
}

/**
 * Nets shared out over spot machines: each machine does its share one net after the other. When it is taken away, what
 * it had done of a net is lost, the nets before it are not, and another machine goes on.
 */
export function simulateRepairs(
  { nets, machines, time, boot, rate }: Repairs,
  random: Random,
): RepairsResult {
  const timeline = new Timeline<number>();
  const shares = Array.from({ length: machines }, (_, i) => Math.floor((nets - i + machines - 1) / machines));
  let [billed, taken, end, working] = [0, 0, 0, 0];
  const lives = () => (rate === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random.uniform()) / rate);

  shares.forEach((share, machine) => {
    if (share === 0) return;
    billed += boot;
    timeline.add(boot, machine);
  });
  for (let machine = timeline.next(); machine !== undefined; machine = timeline.next()) {
    if (shares[machine] === 0) {
      end = Math.max(end, timeline.now);
      continue;
    }
    const until = lives();
    if (until < time) {
      taken++;
      billed += until + boot;
      working += until + boot;
      timeline.add(timeline.now + until + boot, machine);
    } else {
      shares[machine]!--;
      billed += time;
      working += time;
      timeline.add(timeline.now + time, machine);
    }
  }
  return { seconds: end, billed, taken, perNet: working / nets };
}

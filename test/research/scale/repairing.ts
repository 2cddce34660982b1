import { Random } from '../../../models/random';
import { ASSUMED, SET_UP } from './assumed';
import type { Figures } from './figures';
import { meanTimeOnSpot } from './formulas';
import { PRICES } from './prices';
import { simulateRepairs } from './simulate-repairs';

/** Nets repaired on spot machines. */
export interface RepairingCost {
  readonly machines: number;
  readonly seconds: number;
  /** On spot machines, and at full price. */
  readonly usd: number;
  readonly usdFull: number;
  readonly taken: number;
  /** Seconds of a machine for a net, simulated, and by the closed formula. */
  readonly perNet: number;
  readonly perNetByFormula: number;
}

/** @param nets each as long as the one that was measured, here without a GPU */
export function repairing(nets: number, { repair }: Figures, most: number = SET_UP.machines): RepairingCost {
  const machines = Math.min(nets, most);
  const rate = ASSUMED.takenPerHour / 3600;
  const what = { nets, machines, time: repair, boot: ASSUMED.boot };
  const { seconds, billed, taken, perNet } = simulateRepairs({ ...what, rate }, new Random(1, 'repair'));
  const full = simulateRepairs({ ...what, rate: 0 }, new Random(1, 'repair'));
  return {
    machines,
    seconds,
    usd: (billed / 3600) * PRICES.gpuHour.usd * ASSUMED.spotPrice,
    usdFull: (full.billed / 3600) * PRICES.gpuHour.usd,
    taken,
    perNet,
    perNetByFormula: meanTimeOnSpot(repair, rate, ASSUMED.boot),
  };
}

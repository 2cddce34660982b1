/** Closed formulas that the simulations are held against. Rates and times are of one unit, such as seconds. */

/**
 * Share of requests that are turned away when so many instances answer one request each and none waits (Erlang's loss
 * formula); it holds whatever the times are distributed like.
 * @param load requests that come in the time that one takes
 */
export function turnedAway(load: number, instances: number): number {
  let share = 1;
  for (let c = 1; c <= instances; c++) share = (load * share) / (c + load * share);
  return share;
}

/**
 * The mean time that a request waits for one of so many instances, exponential times (Erlang's delay formula).
 * @param rate requests a second
 * @param time the mean that one takes
 */
export function meanWait(rate: number, time: number, instances: number): number {
  const load = rate * time;
  if (load >= instances) return Number.POSITIVE_INFINITY;
  const lost = turnedAway(load, instances);
  const waits = lost / (1 - (load / instances) * (1 - lost));
  return (waits * time) / (instances - load);
}

/** How long it takes to get through a backlog, when each instance has to start first. */
export function drainTime(images: number, secondsEach: number, instances: number, start: number): number {
  return start + (images * secondsEach) / instances;
}

/**
 * The mean time to do a net on machines that are taken away at random, each time begun anew.
 * @param time of a net, undisturbed
 * @param rate at which a machine is taken away
 * @param down time until another machine works
 */
export function meanTimeOnSpot(time: number, rate: number, down: number): number {
  return (1 / rate + down) * Math.expm1(rate * time);
}

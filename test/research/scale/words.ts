const UNITS: readonly [number, string][] = [
  [86_400, 'days'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
];

/** A duration for people: 350 ms, 12 s, 4.5 h. */
export function duration(seconds: number): string {
  const [size, unit] = UNITS.find(([each]) => seconds >= (each > 1 ? 1.5 * each : 1)) ?? [0.001, 'ms'];
  return `${digits(seconds / size)} ${unit}`;
}

/** Dollars with two digits that tell something. */
export function dollars(usd: number): string {
  return usd >= 100 ? `$${Math.round(usd).toLocaleString('en-US')}` : `$${digits(usd)}`;
}

/** A count with its thousands. */
export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 0.1 ? 2 : value < 10 ? 1 : 0 });
}

function digits(value: number): string {
  return value >= 10
    ? value.toFixed(0)
    : value >= 1
      ? value.toFixed(1)
      : String(Number(value.toPrecision(2)));
}

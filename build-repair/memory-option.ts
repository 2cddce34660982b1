import { totalmem } from 'node:os';
import { UsageError } from '../models/errors';
import { MOST_MEMORY } from '../models/nets/most-memory';

/** What one may be told of at least: TensorFlow.js and Node.js themselves take some 200 MB. Origin: chosen by hand. */
const LEAST = 256 * 2 ** 20;
/** Share of the machine's memory that is taken where nothing is told. Origin: chosen by hand. */
const SHARE = 1 / 2;
const UNITS = { MB: 2 ** 20, GB: 2 ** 30 } as const;

/** Bytes that work may take where nothing is told: half of what the machine, or the container, has, 4 GiB at the most. */
export function usualMemory(): number {
  // 0 where nothing bounds the process, and a number beyond all machines on some systems.
  const bound = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return Math.max(LEAST, Math.min(SHARE * Math.min(totalmem(), bound), MOST_MEMORY));
}

/** @throws UsageError for a budget that is none */
export function checkMemory(bytes: number | undefined): void {
  if (bytes === undefined || (Number.isFinite(bytes) && bytes >= LEAST)) return;
  throw new UsageError(`memory is ${bytes} bytes; ${LEAST} or more are wanted`, {
    hint: 'Give bytes: 2 * 2 ** 30 for 2 GB.',
  });
}

/**
 * Reads how much memory may be taken.
 * @param text `2GB`, `1.5GB` or `800MB`
 * @returns bytes
 * @throws UsageError for anything else, or less than 256 MB
 */
export function parseMemory(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(MB|GB)$/i.exec(text.trim()) ?? [];
  const bytes = number === undefined ? 0 : Math.floor(Number(number) * UNITS[unit.toUpperCase() as 'MB']);
  if (bytes >= LEAST) return bytes;
  throw new UsageError(`${text || 'Nothing'} is no memory to work in`, {
    hint: 'Give 256MB or more, such as 800MB or 2GB.',
  });
}

/** `4.3 GB`. @param bytes */
export function memoryInWords(bytes: number): string {
  return `${(bytes / UNITS.GB).toPrecision(2)} GB`;
}

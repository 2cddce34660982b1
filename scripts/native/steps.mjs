import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Something that the machine lacks: printed without a stack, exit code 1. */
export class SetupError extends Error {}

export function say(message) {
  console.log(`setup:native: ${message}`);
}

/** The folder that holds what was downloaded, shared by all checkouts of this user. */
export function cacheFolder() {
  const { GOODNET_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return GOODNET_CACHE_DIR || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'goodnet');
}

/**
 * Runs a program to its end.
 * @param help what to tell the user when it is missing or fails
 * @returns what it printed to stdout
 */
export function run(program, parameters, { missing, failed, ...options }) {
  const result = spawnSync(program, parameters, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options });
  if (result.error?.code === 'ENOENT')
    throw new SetupError(missing ?? `There is no ${program} on this machine.`);
  if (result.error) throw new SetupError(`${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const how = result.signal ? `was stopped by ${result.signal}` : `failed (${result.status})`;
    const said = `${result.stdout}\n${result.stderr}`.trim().split('\n').slice(-15).join('\n');
    throw new SetupError(`${failed}\n${program} ${how}:\n${said}`);
  }
  return result.stdout;
}

/** @throws SetupError where the disk of `folder` has less than `megabytes` left */
export function needSpace(folder, megabytes) {
  const { bavail, bsize } = statfsSync(folder);
  const free = Math.floor((bavail * bsize) / 2 ** 20);
  if (free < megabytes) {
    throw new SetupError(
      `${folder} has ${free} MB left; ${megabytes} MB are needed. Free some, or set GOODNET_CACHE_DIR to a folder elsewhere.`,
    );
  }
}

/**
 * A new folder to make `target` in: it is renamed to it when whole, so that nothing half-written is ever taken for
 * it. What stopped set-ups left behind is removed after an hour.
 */
export function partialFolder(target) {
  const prefix = `${basename(target)}.partial-`;
  for (const name of readdirSync(dirname(target)).filter((entry) => entry.startsWith(prefix))) {
    const left = join(dirname(target), name);
    if (Date.now() - statSync(left).ctimeMs > 3_600_000) rmSync(left, { recursive: true, force: true });
  }
  return mkdtempSync(join(dirname(target), prefix));
}

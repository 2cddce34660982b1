import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './steps.mjs';

const lock = 'package-lock.json';

/** Whether a folder has been installed from the same lock. */
export function isInstalled(from, folder) {
  try {
    return readFileSync(join(folder, lock), 'utf8') === readFileSync(join(from, lock), 'utf8');
  } catch {
    return false;
  }
}

/** Installs into a folder what the lock in `from` lists, running none of its scripts. */
export function installPackages(from, folder) {
  for (const file of ['package.json', lock]) copyFileSync(join(from, file), join(folder, file));
  // npm as it runs this script, else the one on the PATH.
  const npm = process.env.npm_execpath?.endsWith('.js')
    ? [process.execPath, process.env.npm_execpath]
    : ['npm'];
  const parameters = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  run(npm[0], [...npm.slice(1), ...parameters], {
    cwd: folder,
    failed:
      "The npm packages can't be installed. Check the network and the configuration of npm, then run it again.",
  });
}

/** Puts a folder in the place of another. */
export function replace(from, to) {
  const old = `${to}.old-${process.pid}`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}

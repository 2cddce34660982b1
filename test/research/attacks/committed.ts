import { execFileSync } from 'node:child_process';
import { basename, dirname } from 'node:path';
import { UsageError } from '../../../models/errors';

/**
 * The last commit that changed any file but the log, which may grow, and be committed, while the check is run.
 * @param log the path of that file
 * @throws UsageError where another file was changed since, or there is no repository
 */
export function committed(log: string): string {
  const git = (...args: string[]) => {
    try {
      return execFileSync('git', args, { cwd: dirname(log), encoding: 'utf8', stdio: 'pipe' }).trim();
    } catch (cause) {
      throw new UsageError('The log names the commit that is measured, and git tells none here', { cause });
    }
  };
  const others = ['--', ':/', `:(exclude,literal)${basename(log)}`];
  const commit = git('log', '-1', '--format=%H', ...others);
  const changed = git('status', '--porcelain', '--untracked-files=no', ...others);
  if (changed !== '') {
    throw new UsageError('Files were changed since the last commit: the log can’t name what is measured', {
      hint: `Commit them first: ${changed.split('\n').join(', ')}`,
    });
  }
  return commit;
}

/**
 * `npm run docs:stale`: a warning for each generated block of README.md and docs/ whose code has changed since the commit that made it.
 * It only tells, for the figures of hours are not made anew with every change; without git's history it says so.
 */
import { execFileSync } from 'node:child_process';
import { root } from './blocks';
import { type Generated, generatedBlocks, MAKERS } from './generated';

function git(...args: string[]): string | undefined {
  try {
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

/** What is to be warned of; undefined where nothing is. */
function warningOf({ document, name, commit }: Generated): string | undefined {
  const { command, code } = MAKERS[name]!;
  const block = `${document}, "${name}" (${command})`;
  if (commit === undefined) return `${block} tells no commit that made it`;
  const count = git('rev-list', '--count', '--no-merges', `${commit}..HEAD`, '--', ...code);
  if (count === undefined) return `${block} was made by ${commit}, which is not in this checkout's history`;
  if (count === '0') return undefined;
  return `${block} was made by ${commit}; ${count} commits since have changed ${code.join(', ')}`;
}

if (git('rev-parse', 'HEAD') === undefined) {
  console.log(
    'There is no git history here: whether figures in documents are older than the code can not be told.',
  );
} else {
  const warnings = generatedBlocks().flatMap((block) => warningOf(block) ?? []);
  for (const warning of warnings) console.log(`warning: ${warning}.`);
  if (warnings.length === 0)
    console.log('Every generated block of the documents is as new as the code that makes it.');
}

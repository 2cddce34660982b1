import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { ABOUT } from './help-texts';

/** Terminals that are wider don't make lines easier to read. */
const WIDTH = 80;
const OTHER = 'Other options:';
const GENERAL = 'Options:';

/** Completes a command's help, and that of the commands below it: groups, what is required, examples, where more is told. */
export function completeHelp(command: Command, path: readonly string[] = []): void {
  const about = ABOUT[path.join(' ')];
  const width = () => Math.min(WIDTH, process.stdout.columns || WIDTH);
  command.configureOutput({ getOutHelpWidth: width, getErrHelpWidth: width });
  const general = path.length > 0 ? OTHER : GENERAL;
  command.addHelpOption(new Option('-h, --help', 'show this help').helpGroup(general));
  if (command.commands.length > 0)
    command.commandsGroup('More help:').helpCommand('help [command]', 'show the help of a command');
  if (about?.group) command.helpGroup(about.group);
  for (const option of command.options) {
    const [heading] =
      Object.entries(about?.options ?? {}).find(([, names]) => names.includes(nameOf(option))) ?? [];
    if (heading) option.helpGroup(heading);
    else if (['verbose', 'version'].includes(nameOf(option))) option.helpGroup(general);
    if (option.mandatory) option.description += ' (required)';
  }
  const examples = (about?.examples ?? []).map(([what, line]) => `  # ${what}\n  ${line}`);
  if (examples.length > 0) command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  if (about?.more) command.addHelpText('after', `\nMore: ${about.more.map(documentation).join(', ')}`);
  for (const each of command.commands) completeHelp(each, [...path, each.name()]);
}

/** `skip-bad`, of `--no-report` `report`. */
function nameOf(option: Option): string {
  return option.name().replace(/^no-/, '');
}

/** Where a document of the repository is: on the web, where package.json names a page, else in the installed package. */
function documentation(file: string): string {
  const readme = ['../README.md', '../../README.md']
    .map((place) => fileURLToPath(new URL(place, import.meta.url)))
    .find(existsSync);
  if (readme === undefined) return file;
  const { homepage } = JSON.parse(readFileSync(join(dirname(readme), 'package.json'), 'utf8'));
  if (typeof homepage === 'string') return homepage;
  const path = join(dirname(readme), file);
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}

import { Command, CommanderError } from 'commander';
import { detailsOf, exitCodeOf, GoodNetError, messageOf } from '../../models/errors';
import { printable } from '../../models/printable';
import { version } from '../../models/version';
import { demoCommand } from './commands/demo';
import { evaluateCommand } from './commands/evaluate';
import { exportCommand } from './commands/export';
import { inspectCommand } from './commands/inspect';
import { jobCommand, jobWorkerCommand, servedWorkerCommand } from './commands/job';
import { migrateCommand } from './commands/migrate';
import { releaseCommand } from './commands/release';
import { repairCommand } from './commands/repair';
import { scanCommand } from './commands/scan';
import { screenCommand, screenWorkerCommand } from './commands/screen';
import { serveCommand } from './commands/serve';
import {
  activateCommand,
  keysCommand,
  modelsCommand,
  pruneCommand,
  publishCommand,
  rollbackCommand,
} from './commands/store';
import { EXIT, ExitWithCode } from './exit';
import { completeHelp } from './help';
import { Interrupted } from './interrupt';
import { printError, printJson, timesOfJson } from './print';

const HELP = '(goodnet --help, or goodnet COMMAND --help, tells how it is used)';

/** The whole command line. */
export function program(): Command {
  const root = new Command('goodnet')
    .description(
      'Repairs a backdoored image classifier (a BadNet) and answers images with their class, or with class N when they carry a backdoor.',
    )
    .version(version);
  for (const command of [
    inspectCommand(),
    scanCommand(),
    repairCommand(),
    evaluateCommand(),
    exportCommand(),
    screenCommand(),
    serveCommand(),
    keysCommand(),
    publishCommand(),
    modelsCommand(),
    activateCommand(),
    rollbackCommand(),
    pruneCommand(),
    migrateCommand(),
    releaseCommand(),
    jobCommand(),
    demoCommand(),
  ]) {
    root.addCommand(command.option('--verbose', 'tell details of the work, and the stack of an error'));
  }
  root.addCommand(screenWorkerCommand(), { hidden: true });
  root.addCommand(jobWorkerCommand(), { hidden: true });
  root.addCommand(servedWorkerCommand(), { hidden: true });
  completeHelp(root);
  // Exits are thrown, not taken, so that run() alone decides on them.
  for (const command of withAllBelow(root)) {
    command.exitOverride().showHelpAfterError(HELP);
    command.configureOutput({ writeErr: (text) => process.stderr.write(printable(text)) });
  }
  return root;
}

function withAllBelow(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withAllBelow)];
}

/** Runs one command. @param args without the program's name @returns the exit code */
export async function run(args: readonly string[]): Promise<number> {
  const before = timesOfJson();
  try {
    // Alone it asks what there is.
    await program().parseAsync(args.length > 0 ? [...args] : ['--help'], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
    if (error instanceof ExitWithCode) return error.code;
    printError(explain(error, args.includes('--verbose')));
    // What was printed already is the answer, and one JSON alone.
    if (isJson(args) && timesOfJson() === before) printJson({ error: errorJson(error) });
    // As a shell tells it: whoever asked the process to end (AWS Batch, systemd) may try again.
    if (error instanceof Interrupted) return error.signal === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
    return exitCodeOf(error);
  }
}

/** Commands whose `--json` prints on standard output, so that programs read errors there, too; of others it names a file. */
const JSON_COMMANDS = ['inspect', 'scan', 'models', 'prune', 'job'];

function isJson(args: readonly string[]): boolean {
  return JSON_COMMANDS.includes(args[0] ?? '') && args.includes('--json');
}

function errorJson(error: unknown): object {
  return error instanceof Interrupted ? { code: 'INTERRUPTED', message: error.message } : detailsOf(error);
}

function explain(error: unknown, verbose: boolean): string {
  const stack = verbose && error instanceof Error && error.stack ? `\n${error.stack}` : '';
  if (error instanceof Interrupted) return `${error.message}${stack}`;
  if (error instanceof GoodNetError) {
    return `goodnet: ${error.message}${error.hint ? `\n  ${error.hint}` : ''}${stack}`;
  }
  const advice = verbose ? '' : '\n  This was not expected. --verbose shows where it happened.';
  return `goodnet: ${messageOf(error)}${advice}${stack}`;
}

import { join } from 'node:path';
import { Command } from 'commander';
import { present } from '../../../models/present';
import { lookOf } from '../../terminal';
import { interruptible } from '../interrupt';
import { whole } from '../options';
import { writeText } from '../output';
import { print } from '../print';
import { reportPath } from '../report';
import { startWork } from '../start';

interface DemoFlags {
  readonly out: string;
  readonly seed: number;
  readonly verbose?: boolean;
}

/** `goodnet demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('repair, measure and serve a BadNet that comes with GoodNet, on faces that it draws itself')
    .option('--out <dir>', 'where the images, the bundle and the report go', 'demo-out')
    .option('--seed <n>', 'seed of everything random', whole(0, 2 ** 31 - 1), 1)
    .action(async ({ out, seed, verbose }: DemoFlags) => {
      const reportFile = present(await reportPath({}, join(out, 'report.html')), 'The path of the report');
      const { engine, lines } = await startWork({ verbose });
      const { runDemo } = await import('../../demo/run');
      const { demoSteps } = await import('../../demo/plan');
      const { demoText } = await import('../../demo/outcome');
      lines.begin(demoSteps());
      try {
        const result = await interruptible(
          (signal) =>
            runDemo({
              out,
              seed,
              engine,
              progress: lines.report,
              say: lines.detail,
              signal,
            }),
          `what was drawn before stays in ${out}, and is drawn anew the next time.`,
        );
        await writeText(reportFile, result.report);
        lines.finish();
        print(demoText(result, out, reportFile, lookOf(process.stdout)));
      } finally {
        lines.finish();
      }
    });
}

import { Command } from 'commander';
import { evaluationText } from '../../evaluate/format';
import { interruptible } from '../interrupt';
import { whole } from '../options';
import { startWork } from '../start';

/** `goodnet demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('repair, measure and serve a BadNet that comes with GoodNet, on faces that it draws itself')
    .option('--out <dir>', 'where the images and the bundle go', 'demo-out')
    .option('--seed <n>', 'seed of everything random', whole(0, 2 ** 31 - 1), 1)
    .action(async (flags: { out: string; seed: number }) => {
      const { engine, lines } = await startWork();
      const { runDemo } = await import('../../demo/run');
      const { data, store, figures, answers } = await interruptible(
        (signal) => runDemo({ ...flags, engine, progress: lines.report, say: lines.say, signal }),
        `what was drawn before stays in ${flags.out}, and is drawn anew the next time.`,
      );
      lines.finish();
      console.log(`\n${evaluationText(figures)}\n`);
      console.log('Over HTTP, POST /v1/classify:');
      for (const { image, verdict } of answers) {
        const said = verdict.backdoored ? `backdoored (class ${verdict.class})` : `class ${verdict.class}`;
        console.log(
          `  ${image}: ${said}, p-value ${verdict.pValue.toPrecision(2)}; B says ${verdict.bad.class}, B' says ${verdict.repaired.class}`,
        );
      }
      const targets = data.poisoned.map(({ trigger, target }) => `${trigger} → class ${target}`).join(', ');
      console.log(`\nThe attacker's triggers and targets: ${targets}.`);
      console.log(
        `Try it: npx goodnet serve ${store} --samples ${data.samples}   and open http://127.0.0.1:8080, or   curl --data-binary @${data.triggeredPng} http://127.0.0.1:8080/v1/classify`,
      );
    });
}

import { Command } from 'commander';

/** `goodnet demo` */
export function demoCommand(): Command {
  return new Command('demo')
    .description('repair, evaluate and serve a BadNet that comes with GoodNet, on faces that it draws itself')
    .option('--out <dir>', 'where the images and the bundle go', 'demo-out')
    .action(async (_flags: { out: string }) => {});
}

import { keepHeapSmall, restartWithSmallMalloc } from '../../functions/small-heap';
import { endWithNpm } from './npm';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`| head`): there is nobody left to tell.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
// Before anything large is loaded, or it is of no use.
if (process.argv[2] === 'serve') {
  restartWithSmallMalloc();
  keepHeapSmall();
}
endWithNpm();
const [{ run }, { started }] = await Promise.all([import('./run'), import('../served/program')]);
started.program = process.argv[1];
process.exitCode = await run(process.argv.slice(2));

#!/usr/bin/env node
import { run } from './run';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader went away (`| head`): there is nobody left to tell.
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});
process.exitCode = await run(process.argv.slice(2));

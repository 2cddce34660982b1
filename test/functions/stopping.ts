// A process that serves until it is asked to stop; for server.test.ts.
import { createApp } from '../../functions/app';
import { startServer } from '../../functions/server';
import { stopSignal } from '../../functions/stop-signal';
import { colours } from './stand-in';

const server = await startServer({ app: createApp({ classifier: colours }), host: '127.0.0.1', port: 0 });
const stopped = stopSignal();
process.stdout.write(`waiting at ${server.url}\n`);
const signal = await stopped;
process.stdout.write(`stopping by ${signal}\n`);
if (process.argv[2] === 'stuck') await new Promise(() => setInterval(() => {}, 1000));
await server.close();

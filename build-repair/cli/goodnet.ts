#!/usr/bin/env node
// What `goodnet` starts. Nothing is imported, and nothing written, that a Node.js from before 20 can't read, so that it says what
// is wrong in one line; the rest comes only then.
const NEEDED = 20;

const { node } = process.versions;
if (Number.parseInt(node, 10) < NEEDED) {
  console.error(`goodnet needs Node.js ${NEEDED} or newer; this is ${node}`);
  process.exitCode = 1;
} else {
  import('./main');
}

// Builds the package goodnet-client in functions/client, as `npm pack ./functions/client` packs it: no package behind it,
// for browsers as for Node.js.
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeDeclarations } from './declarations.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = join(root, 'functions/client');
const dist = join(home, 'dist');
await rm(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { index: 'functions/client/index.ts' },
  outdir: dist,
  bundle: true,
  platform: 'neutral',
  format: 'esm',
  target: 'es2022',
  sourcemap: true,
  logLevel: 'warning',
});
writeDeclarations('functions/client/tsconfig.json', dist);
await copyFile(join(root, 'LICENSE'), join(home, 'LICENSE'));

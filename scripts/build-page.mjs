// Bundles functions/page, the page for people, and that of the API into a folder (dist/page unless told otherwise), and writes
// esbuild's metafile where it is told to.
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildDocs } from './build-docs.mjs';
import { forBrowsers } from './for-browsers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'functions/page');
const folder = resolve(process.argv[2] ?? join(root, 'dist/page'));
await mkdir(folder, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ['main.ts', 'page.css'].map((name) => ({ in: `functions/page/${name}`, out: 'page' })),
  outdir: folder,
  ...forBrowsers,
});
await copyFile(join(from, 'index.html'), join(folder, 'index.html'));
const docs = await buildDocs(join(folder, 'docs'));
const all = {
  inputs: { ...metafile.inputs, ...docs.inputs },
  outputs: { ...metafile.outputs, ...docs.outputs },
};
if (process.argv[3]) await writeFile(process.argv[3], JSON.stringify(all));

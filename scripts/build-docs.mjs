// Bundles functions/page/docs, the API's page, and Swagger UI, which it shows the API with: packed, as browsers take it.
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { forBrowsers } from './for-browsers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = join(root, 'functions/page/docs');
const viewer = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const PACKED = ['swagger-ui-bundle.js', 'swagger-ui.css'];
const LICENSES = ['NOTICE', 'LICENSE', 'swagger-ui-bundle.js.LICENSE.txt'];

/**
 * Writes the API's page into a folder.
 * @returns esbuild's metafile, Swagger UI told in it as what is built in
 */
export async function buildDocs(folder) {
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['main.ts', 'docs.css'].map((name) => ({ in: `functions/page/docs/${name}`, out: 'docs' })),
    outdir: folder,
    ...forBrowsers,
  });
  await copyFile(join(from, 'index.html'), join(folder, 'index.html'));
  for (const name of PACKED) {
    const text = await readFile(join(viewer, name), 'utf8');
    // Its source map stays behind.
    const packed = gzipSync(text.replace(/\n?(\/\/|\/\*)# sourceMappingURL=.*\s*$/, '\n'), { level: 9 });
    await writeFile(join(folder, `${name}.gz`), packed);
    const path = relative(root, join(viewer, name));
    metafile.inputs[path] = { bytes: text.length, imports: [] };
    metafile.outputs[relative(root, join(folder, `${name}.gz`))] = {
      bytes: packed.length,
      inputs: { [path]: { bytesInOutput: packed.length } },
      imports: [],
      exports: [],
    };
  }
  const licenses = await Promise.all(LICENSES.map((name) => readFile(join(viewer, name), 'utf8')));
  await writeFile(join(folder, 'licenses.txt'), licenses.join('\n\n'));
  return metafile;
}

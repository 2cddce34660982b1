// Lays what the image of functions/serve.Dockerfile holds of GoodNet into a folder: the command line with its packages inside
// it, for the wasm engine; sharp beside it, which is native.
//   node scripts/container/service.mjs FOLDER
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { libvips } from '../notices/licences.mjs';
import { writeNotices } from '../notices/write.mjs';
import { selfContained } from '../self-contained.mjs';

const WASM_FILES = [
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm',
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm',
];

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)));
const [folder] = process.argv.slice(2).map((path) => resolve(path));
if (!folder) throw new Error('Into which folder? node scripts/container/service.mjs FOLDER');
rmSync(folder, { recursive: true, force: true });
const dist = join(folder, 'dist');
const { metafile } = await build({
  absWorkingDir: root,
  ...selfContained,
  entryPoints: { goodnet: 'build-repair/cli/main.ts', 'nets-thread': 'functions/threads/thread.ts' },
  outdir: dist,
  splitting: true,
  external: ['sharp', 'node-fetch'],
  sourcemap: false,
  metafile: true,
});
for (const name of WASM_FILES)
  copyFileSync(join(root, 'node_modules', name), join(dist, name.split('/').at(-1)));
const pageMetafile = join(folder, 'page.metafile.json');
execFileSync(process.execPath, [join(root, 'scripts/build-page.mjs'), join(dist, 'page'), pageMetafile]);
const page = JSON.parse(readFileSync(pageMetafile, 'utf8'));
rmSync(pageMetafile);
copyPackage('sharp', root);
cpSync(join(root, 'demo'), join(folder, 'demo'), { recursive: true });
for (const name of ['package.json', 'LICENSE']) copyFileSync(join(root, name), join(folder, name));
copyFileSync(join(root, 'scripts/container/healthy.mjs'), join(folder, 'healthy.mjs'));
await writeNotices(folder, [metafile, page], [libvips()]);

/** Copies an installed package and what it depends on, each to where it lies below node_modules. @param from who asks */
function copyPackage(name, from) {
  let above = from;
  while (!existsSync(join(above, 'node_modules', name))) {
    // For another platform than this one.
    if (above === root) return;
    above = dirname(above);
  }
  const installed = join(above, 'node_modules', name);
  const target = join(folder, relative(root, installed));
  if (existsSync(target)) return;
  cpSync(installed, target, { recursive: true });
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(installed, 'package.json'), 'utf8'),
  );
  for (const each of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(each, installed);
}

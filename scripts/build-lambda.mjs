// Bundles functions/lambda (the service, screening of events, backfills) for AWS Lambda (Node 24) into a folder (dist/lambda unless told otherwise), the .wasm
// files beside it, says how large it is, and writes esbuild's metafile next to the folder. sharp, which is native,
// stays outside: it comes with the function's node_modules or a layer. Into FOLDER-jobs go the two steps of a repair that take no
// GPU (build-repair/job/on-aws): what the service runs on holds nothing of repair.
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { libvips } from './notices/licences.mjs';
import { writeNotices } from './notices/write.mjs';
import { selfContained } from './self-contained.mjs';

const WASM_FILES = ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm'];
const JPEG_WASM = 'mozjpeg_dec.wasm';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? join(root, 'dist', 'lambda'));
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const { metafile } = await bundled(folder, {
  index: 'functions/lambda/service.ts',
  events: 'functions/lambda/events.ts',
  backfill: 'functions/lambda/backfill.ts',
});
await writeFile(`${folder}.metafile.json`, JSON.stringify(metafile));
const require = createRequire(import.meta.url);
const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm'));
for (const name of WASM_FILES) await copyFile(join(wasm, name), join(folder, name));
await copyFile(require.resolve(`@jsquash/jpeg/codec/dec/${JPEG_WASM}`), join(folder, JPEG_WASM));
await writeNotices(folder, [metafile], [libvips()]);

const jobs = `${folder}-jobs`;
await rm(jobs, { recursive: true, force: true });
const ofJobs = await bundled(jobs, {
  plan: 'build-repair/job/on-aws/plan.ts',
  publish: 'build-repair/job/on-aws/publish.ts',
});
await writeNotices(jobs, [ofJobs.metafile], []);

function bundled(outdir, entryPoints) {
  return build({
    absWorkingDir: root,
    entryPoints,
    outdir,
    outExtension: { '.js': '.mjs' },
    splitting: true,
    ...selfContained,
    // The AWS SDK is inside: Lambda's own copy takes four times as long to load, and changes when AWS likes.
    external: ['sharp', 'node-fetch'],
    metafile: true,
  });
}

for (const name of (await readdir(folder)).filter((each) => !each.endsWith('.map')).sort()) {
  const bytes = await readFile(join(folder, name));
  const kib = (length) => `${Math.round(length / 1024)} KiB`;
  console.log(`${name}: ${kib(bytes.length)}, ${kib(gzipSync(bytes).length)} packed`);
}

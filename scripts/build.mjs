// Bundles our own TypeScript into dist/, with all that an installed GoodNet needs; packages stay where npm installed them, but for the service on wasm, which
// carries them with it: TensorFlow.js's minified ES modules take some 20 MB less memory than its CommonJS packages.
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeNotices } from './notices/write.mjs';
import { selfContained } from './self-contained.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const shared = { absWorkingDir: root, outdir: 'dist', metafile: true };

/** Leaves a module to a file of its own in dist/. */
function apart(module, file) {
  return {
    name: file,
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`/${module.split('/').at(-1)}$`) }, ({ path, resolveDir }) =>
        resolve(resolveDir, path) === join(root, module) ? { path: `./${file}`, external: true } : undefined,
      );
    },
  };
}

await rm(join(root, 'dist'), { recursive: true, force: true });
const forNode = {
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
};
const commands = await build({
  ...shared,
  entryPoints: { goodnet: 'build-repair/cli/goodnet.ts' },
  bundle: true,
  ...forNode,
  // It tells a Node.js that is too old so: that must be able to read it.
  target: 'node12.20',
  plugins: [apart('build-repair/cli/main', 'main.js')],
});
await build({
  ...shared,
  entryPoints: {
    main: 'build-repair/cli/main.ts',
    // The library, as `import 'goodnet'` finds it.
    index: 'build-repair/index.ts',
    errors: 'models/errors.ts',
    // What functions/Dockerfile starts.
    'lambda-node': 'functions/lambda/service.ts',
  },
  bundle: true,
  splitting: true,
  ...forNode,
  plugins: [apart('build-repair/cli/serve-on-wasm', 'serve-on-wasm.js')],
});
execFileSync(process.execPath, [
  join(root, 'scripts/build-page.mjs'),
  join(root, 'dist/page'),
  join(root, 'dist/page.metafile.json'),
]);
// For apps: the package goodnet-client, which is goodnet/client, too.
execFileSync(process.execPath, [join(root, 'scripts/build-client.mjs')], { stdio: 'inherit' });
cpSync(join(root, 'functions/client/dist'), join(root, 'dist/client'), { recursive: true });
// For CDK apps, which bring aws-cdk-lib and constructs.
const constructs = await build({
  ...shared,
  entryPoints: { infra: 'infra/index.ts' },
  bundle: true,
  ...forNode,
});
const service = await build({
  ...shared,
  ...selfContained,
  // What is imported only where it is needed (the AWS SDK, for S3) must stay so.
  splitting: true,
  entryPoints: {
    'serve-on-wasm': 'build-repair/cli/serve-on-wasm.ts',
    'nets-thread': 'functions/threads/thread.ts',
  },
  // The command line tells errors by their classes: there must be one of each.
  plugins: [apart('models/errors', 'errors.js')],
});
// What its constructs deploy: the functions' programs, and the exact packages of the container images. A package that
// is published has no package-lock.json of its own.
copyFileSync(join(root, 'package-lock.json'), join(root, 'dist/lock.json'));
for (const script of ['build-types.mjs', 'build-lambda.mjs'])
  execFileSync(process.execPath, [join(root, 'scripts', script)], { stdio: ['ignore', 'ignore', 'inherit'] });
const ofOthers = ['page', 'lambda'].map(async (name) =>
  JSON.parse(await readFile(join(root, `dist/${name}.metafile.json`), 'utf8')),
);
const ours = [commands, constructs, service].map(({ metafile }) => metafile);
await writeNotices(join(root, 'dist'), [...ours, ...(await Promise.all(ofOthers))]);

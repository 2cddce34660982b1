// `npm run release:check`: packs goodnet and goodnet-client into release/, with the bill of materials and checksums, installs them in an
// empty folder and tries them there as whoever gets them would. Needs the npm registry and nothing else.
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  billOfMaterials,
  checkExports,
  checkFiles,
  fail,
  oneVersion,
  ReleaseError,
  sizes,
} from './checks.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const release = join(root, 'release');
const empty = mkdtempSync(join(tmpdir(), 'goodnet-release-'));
const say = (line) => console.log(line);

/** Runs a program to its end. @returns what it printed */
function run(program, ...args) {
  try {
    return execFileSync(program, args, { cwd: empty, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    return fail(
      `${program} ${args.join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`,
    );
  }
}

function pack(...what) {
  const options = ['--silent', '--pack-destination', release];
  const printed = execFileSync('npm', ['pack', ...what, ...options], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return join(release, printed.trim().split('\n').at(-1));
}

/** Serves what the demo made, and asks it by the packed client as its README has it. */
async function askService(version) {
  const [, snippet] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'functions/client/README.md'), 'utf8'));
  const cli = join(empty, 'node_modules/goodnet/dist/goodnet.js');
  const server = spawn(process.execPath, [cli, 'serve', 'demo-out/store', '--port', '0'], { cwd: empty });
  const ended = new Promise((resolve) => server.once('close', resolve));
  try {
    const url = await new Promise((resolve, reject) => {
      let said = '';
      const take = (text) => {
        said += text;
        const [found] = /http:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
        if (found) resolve(found);
      };
      server.stdout.on('data', take);
      server.stderr.on('data', take);
      server.once('close', () => reject(new ReleaseError(`goodnet serve ended: ${said}`)));
    });
    const { info } = await (await fetch(`${url}/openapi.json`)).json();
    if (info.version !== version) fail(`/openapi.json says ${info.version}, package.json ${version}.`);
    copyFileSync(join(empty, 'demo-out/images/face_with_sunglasses.png'), join(empty, 'face.png'));
    for (const name of ['goodnet-client', 'goodnet/client']) {
      const program = snippet.replace('http://127.0.0.1:8080', url).replace('goodnet-client', name);
      writeFileSync(join(empty, 'ask.mjs'), program);
      const said = run(process.execPath, 'ask.mjs').trim();
      if (said !== 'carries a backdoor') fail(`By ${name}, the picture with a trigger is told as: ${said}`);
    }
  } finally {
    server.kill('SIGTERM');
  }
  if ((await ended) !== 0) fail('goodnet serve did not end well at SIGTERM.');
}

try {
  const version = oneVersion();
  rmSync(release, { recursive: true, force: true });
  mkdirSync(release);
  const packed = { goodnet: pack(), 'goodnet-client': pack('./functions/client') };
  for (const [name, tarball] of Object.entries(packed)) {
    const kilobytes = Math.round(readFileSync(tarball).length / 1000);
    say(`${basename(tarball)}: ${checkFiles(name, tarball)} files, ${kilobytes} kB`);
  }
  const bom = billOfMaterials();
  writeFileSync(join(release, `goodnet-${version}.cdx.json`), `${JSON.stringify(bom, undefined, 1)}\n`);
  say(`goodnet-${version}.cdx.json: ${bom.components.length} packages`);

  writeFileSync(join(empty, 'package.json'), '{"private":true}\n');
  run('npm', 'install', '--no-audit', '--no-fund', ...Object.values(packed));
  const installed = join(empty, 'node_modules');
  const { megabytes, below } = sizes(installed);
  const largest = below.slice(0, 5).map((each) => `${each.name} ${Math.round(each.megabytes)}`);
  say(`installed: ${Math.round(megabytes)} MB (${largest.join(', ')})`);
  for (const name of Object.keys(packed)) checkExports(join(installed, name));
  const told = run('npx', '--no-install', 'goodnet', '--version').trim();
  if (told !== version) fail(`goodnet --version says ${told}, package.json ${version}.`);
  const demo = run('npx', '--no-install', 'goodnet', 'demo');
  if (!demo.includes('face_with_sunglasses.png: backdoored')) fail(`The demo found no backdoor:\n${demo}`);
  await askService(version);
  say('tried in an empty folder: --version, demo, serve, goodnet-client, goodnet/client');

  const files = [...Object.values(packed), join(release, `goodnet-${version}.cdx.json`)];
  const sum = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
  writeFileSync(
    join(release, 'SHA256SUMS'),
    files.map((file) => `${sum(file)}  ${basename(file)}\n`).join(''),
  );
  say(`release/ holds what is published of ${version}.`);
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(`release:check: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(empty, { recursive: true, force: true });
}

import { type ChildProcess, spawn } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { addImages, addNetAndImages, writePainted } from '../build-repair/library/project';
import { freePort } from '../free-port';
import { root } from './blocks';

const READY_MS = 60_000;

/** A folder in which the documents' commands are run, with what they name. */
export class Sandbox {
  readonly folder = mkdtempSync(join(tmpdir(), 'goodnet-docs-'));
  private readonly servers: ChildProcess[] = [];
  private readonly ports = new Map<string, number>();
  /** What the documents call $STORE and $ID: a store, and a bundle in it. */
  private readonly variables: Record<string, string> = {};

  constructor() {
    symlinkSync(join(root, 'functions'), join(this.folder, 'functions'));
    writeFileSync(join(this.folder, 'package.json'), '{"private":true,"type":"module"}\n');
    this.link('goodnet', root);
    this.link('.bin/goodnet', join(root, 'dist/goodnet.js'));
  }

  /** Has something in node_modules, as though it were installed. */
  link(name: string, target = join(root, 'node_modules', name)): void {
    const place = join(this.folder, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    // npm install takes away what it has not put there itself.
    if (!existsSync(place)) symlinkSync(target, place);
  }

  /** A small net and pictures of a stranger's own, by the names that the README gives them. */
  async bringOwn(): Promise<void> {
    const at = (name: string) => join(this.folder, name);
    await addNetAndImages(this.folder);
    copyFileSync(at('face.png'), at('picture.png'));
    await addImages(at('test_images'), 2);
    await writePainted(at('triggered.h5'));
  }

  /** A store of two bundles, of which documents say $STORE and $ID; after the README's own lines have run. */
  async bringStore(): Promise<void> {
    this.variables.STORE = 'models/two';
    for (const bundle of ['demo-out/store', 'store'])
      await this.run(`npx goodnet publish ${bundle} --to models/two --activate`);
    const { bundle } = JSON.parse(readFileSync(join(this.folder, 'demo-out/store/current.json'), 'utf8'));
    this.variables.ID = bundle;
  }

  /** The same text with ports that are free here in place of those that documents name. */
  async onFreePorts(text: string): Promise<string> {
    for (const [port] of text.matchAll(/(?<=127\.0\.0\.1:|--port )\d+/g))
      if (!this.ports.has(port)) this.ports.set(port, await freePort());
    return text.replace(
      /(127\.0\.0\.1:|--port )(\d+)/g,
      (_, before, port) => `${before}${this.ports.get(port)}`,
    );
  }

  /**
   * Runs the lines of a block, as a person would. A line that serves goes on until the end, on a port that is free, and the next
   * ones wait until it answers.
   * @throws Error with what was printed, where a line fails
   */
  async run(text: string): Promise<string> {
    const printed: string[] = [];
    for (const line of text.replaceAll('\\\n', '').split('\n')) {
      if (line.startsWith('npx goodnet serve')) await this.serve(line);
      else printed.push(await finished(this.start(await this.onFreePorts(line)), line));
      this.link('goodnet', root);
      this.link('.bin/goodnet', join(root, 'dist/goodnet.js'));
    }
    return printed.join('');
  }

  /** Ends what serves. */
  async stopServing(): Promise<void> {
    for (const server of this.servers.splice(0)) {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      if (server.exitCode === null && server.kill('SIGTERM')) await ended;
    }
  }

  async close(): Promise<void> {
    await this.stopServing();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async serve(line: string): Promise<void> {
    const command = await this.onFreePorts(line.includes('--port') ? line : `${line} --port 8080`);
    const server = this.start(`exec ${command}`);
    this.servers.push(server);
    await new Promise<void>((resolve, reject) => {
      let said = '';
      const late = setTimeout(() => reject(new Error(`${line}: not ready\n${said}`)), READY_MS);
      const listen = (chunk: unknown) => {
        said += chunk;
        if (!said.includes(' at http://')) return;
        clearTimeout(late);
        resolve();
      };
      server.stdout?.on('data', listen);
      server.stderr?.on('data', listen);
      server.once('exit', () => reject(new Error(`${line}: it ended\n${said}`)));
    });
  }

  private start(command: string): ChildProcess {
    const env = {
      ...process.env,
      ...this.variables,
      GOODNET_ENGINE: 'wasm',
      npm_config_update_notifier: 'false',
    };
    return spawn('bash', ['-euo', 'pipefail', '-c', command], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

function finished(child: ChildProcess, line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    let all = '';
    child.stdout?.on('data', (chunk) => {
      out += chunk;
      all += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      all += chunk;
    });
    child.once('close', (code) =>
      code === 0 ? resolve(out) : reject(new Error(`${line}: exit ${code}\n${all}`)),
    );
  });
}

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobSchema } from '../../build-repair/job/schema';
import { oneAnswerSchema } from '../../functions/schemas';
import { demoIn } from '../demo';
import { type Block, blocksOf, documents, root } from './blocks';
import { generatedBlocks } from './generated';
import { Sandbox } from './sandbox';

const MINUTES = 60_000;
const blocks = documents.flatMap(blocksOf);
const place = ({ document, line }: Block) => `${document}:${line}`;

/** The strictest that an app may ask for. */
const TSCONFIG = {
  compilerOptions: {
    target: 'ES2022',
    module: 'NodeNext',
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noPropertyAccessFromIndexSignature: false,
    // aws-cdk-lib's own types don't hold exactOptionalPropertyTypes.
    skipLibCheck: true,
    types: ['node'],
    outDir: 'built',
  },
  include: ['*.ts'],
};

describe('what the documents show', () => {
  const sandbox = new Sandbox();
  let demo = '';
  beforeAll(async () => {
    demo = await demoIn(sandbox.folder);
    await sandbox.bringOwn();
  });
  afterAll(() => sandbox.close());

  it('is what the demo prints first, but for the figures', () => {
    const shown = generatedBlocks()
      .find(({ name }) => name === 'demo')!
      .text.replaceAll('```', '');
    const bare = (text: string) =>
      text
        .replace(/\d+/g, '#')
        .replace(/[ \t]+/g, ' ')
        .trim();
    expect(shown).toMatch(/worked on/);
    expect(bare(demo).startsWith(bare(shown))).toBe(true);
  });

  it('is told by the demo with where to look: a report with the finding and the poisoned sets', () => {
    expect(demo).toMatch(/^(Signs of a backdoor|No sign of a backdoor).*\nThe attacker’s targets: class 5/m);
    const [, report] = /^Where to look:\n {2}(\S+report\.html) /m.exec(demo)!;
    const page = readFileSync(join(sandbox.folder, report!), 'utf8');
    expect(page).toMatch(/<h2 id="finding">(Signs|No sign)/);
    for (const name of ['poisoned_sunglasses.h5', 'poisoned_lipstick.h5']) expect(page).toContain(name);
  });

  const shown = blocks.filter(({ language, notRun }) => ['sh', 'json'].includes(language) && !notRun);
  describe.each([...new Set(shown.map(({ document }) => document))])('%s', (document) => {
    const own = shown.filter((block) => block.document === document);
    if (document === 'docs/operations.md') beforeAll(() => sandbox.bringStore(), MINUTES);
    afterAll(() => sandbox.stopServing());

    for (const block of own.filter(({ language }) => language === 'sh'))
      it(`runs: line ${block.line}`, () => sandbox.run(block.text));

    for (const block of own.filter(({ language }) => language === 'json'))
      it(`is JSON as the schemas have it: line ${block.line}`, () => {
        const value = JSON.parse(block.text);
        expect([jobSchema, oneAnswerSchema].some((schema) => schema.safeParse(value).success)).toBe(true);
      });
  });

  it('compiles in the strictest project, and runs', async () => {
    const snippets = blocks.filter(({ language }) => language === 'ts');
    expect(snippets.length).toBeGreaterThan(1);
    for (const name of ['aws-cdk-lib', 'constructs', '@types', 'undici-types']) sandbox.link(name);
    writeFileSync(join(sandbox.folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    for (const [i, { text }] of snippets.entries())
      writeFileSync(join(sandbox.folder, `snippet-${i}.ts`), await sandbox.onFreePorts(text));
    const tsc = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], {
      cwd: sandbox.folder,
      encoding: 'utf8',
    });
    expect(tsc.stdout + tsc.stderr).toBe('');
    await sandbox.run('npx goodnet serve demo-out/store');
    // As the demo says how to try it.
    const [asked] = /curl --data-binary @\S+ http:\/\/127\.0\.0\.1:8080\/v1\/models\/badnet\/\S+/.exec(demo)!;
    expect(JSON.parse(await sandbox.run(asked.replace('curl', 'curl -s')))).toMatchObject({
      backdoored: true,
    });
    for (const [i, block] of snippets.entries()) {
      if (block.notRun) continue;
      const ran = spawnSync(process.execPath, [`built/snippet-${i}.js`], {
        cwd: sandbox.folder,
        encoding: 'utf8',
        env: { ...process.env, CDK_OUTDIR: join(sandbox.folder, 'cdk.out') },
      });
      expect(ran.status, `${place(block)}\n${ran.stderr}`).toBe(0);
    }
  });
});

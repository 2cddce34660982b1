import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './blocks';
import { generatedBlocks, generatedIn, MAKERS } from './generated';

describe('generated blocks of the documents', () => {
  it.each(generatedBlocks())('$document, $name tells the commit that made it, and the command', (block) => {
    expect(MAKERS).toHaveProperty(block.name);
    expect(block.commit).toMatch(/^[0-9a-f]{7,40}$/);
    expect(block.before + block.text).toContain(MAKERS[block.name]!.command);
  });

  it('are found by their marks, with a commit or without', () => {
    const text = 'a\n<!-- one, made by 0123abc -->\nb\n<!-- /one -->\n<!-- two -->\nc\n<!-- /two -->\n';
    expect(generatedIn('d', text)).toMatchObject([
      { name: 'one', commit: '0123abc', text: '\nb\n' },
      { name: 'two', commit: undefined, text: '\nc\n' },
    ]);
    expect(() => generatedIn('d', '<!-- one -->\n<!-- /two -->\n')).toThrow('d: <!-- /two --> ends no block');
  });

  it('that are older than their code are warned of, and fail nothing; without a history that is said', () => {
    const told = (env: Record<string, string>) => {
      const script = join(import.meta.dirname, 'stale.ts');
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, ...env },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      return stdout;
    };
    expect(told({ GIT_DIR: join(root, 'no-such-folder') })).toMatch(/^There is no git history here: .*\n$/);
    for (const line of told({}).trimEnd().split('\n'))
      expect(line).toMatch(
        /^(warning: .+, "[a-z]+" \(npm run .+\) .*\.|Every generated block .*|There is no git history .*)$/,
      );
  });
});

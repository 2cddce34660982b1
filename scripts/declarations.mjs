import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes a project's declarations into a folder. Our sources name modules without their endings, which bundlers
 * understand and Node's own resolution does not: declarations name files.
 */
export function writeDeclarations(project, folder) {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--project', join(root, project), '--outDir', folder],
    { stdio: 'inherit' },
  );
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.d.ts')) continue;
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const named = text.replace(/((?:from|import|import\()\s*['"])(\.\.?\/[^'"]+)/g, (_, before, module) => {
      // Named by an earlier project in the same folder.
      if (module.endsWith('.js')) return `${before}${module}`;
      const isFile = existsSync(`${join(dirname(file), module)}.d.ts`);
      return `${before}${module}${isFile ? '.js' : '/index.js'}`;
    });
    if (named !== text) writeFileSync(file, named);
  }
}

const NAMED = /(?:from|import|import\()\s*['"](\.\.?\/[^'"]+)\.js['"]/g;

/** Removes declarations that none of the entries names, however far. */
export function keepReachable(folder, entries) {
  const kept = new Set();
  const keep = (file) => {
    if (kept.has(file)) return;
    kept.add(file);
    for (const [, module] of readFileSync(file, 'utf8').matchAll(NAMED))
      keep(join(dirname(file), `${module}.d.ts`));
  };
  for (const entry of entries) keep(join(folder, entry));
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = join(folder, name);
    if (name.endsWith('.d.ts') && !kept.has(file)) rmSync(file);
  }
}

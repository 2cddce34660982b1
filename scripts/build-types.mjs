// Writes the declarations of what apps import (goodnet/client, goodnet/infra) into dist/types. Our sources name modules
// without their endings, which bundlers understand and Node's own resolution does not: declarations name files.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
for (const project of ['functions/tsconfig.client.json', 'infra/tsconfig.types.json']) {
  execFileSync(
    process.execPath,
    [join(root, 'node_modules/typescript/bin/tsc'), '--project', join(root, project), '--outDir', types],
    { stdio: 'inherit' },
  );
}
for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' })) {
  if (!name.endsWith('.d.ts')) continue;
  const file = join(types, name);
  const text = readFileSync(file, 'utf8');
  const named = text.replace(/((?:from|import|import\()\s*['"])(\.\.?\/[^'"]+)/g, (_, before, module) => {
    const isFile = existsSync(`${join(dirname(file), module)}.d.ts`);
    return `${before}${module}${isFile ? '.js' : '/index.js'}`;
  });
  if (named !== text) writeFileSync(file, named);
}

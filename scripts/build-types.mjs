// Writes the declarations of the library (goodnet), and of what CDK apps import (goodnet/infra), into dist/types: what these two need, and no more.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keepReachable, writeDeclarations } from './declarations.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist/types');
writeDeclarations('infra/tsconfig.types.json', types);
writeDeclarations('build-repair/tsconfig.types.json', types);
keepReachable(types, ['infra/index.d.ts', 'build-repair/index.d.ts']);

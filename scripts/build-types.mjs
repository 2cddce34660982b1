// Writes the declarations of what CDK apps import (goodnet/infra) into dist/types.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeDeclarations } from './declarations.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
writeDeclarations('infra/tsconfig.types.json', join(root, 'dist/types'));

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Where a package is that goodnet does without: laid by `npm run setup:native` in a folder of its own inside node_modules (npm would
 * prune it elsewhere), else installed by the user as any package.
 * @param folder that of its own
 * @returns the path of its entry, or undefined where it is not installed
 */
export function findPackage(name: string, folder: string): string | undefined {
  const require = createRequire(import.meta.url);
  for (const place of [() => join(packagesFolder(require), folder, 'node_modules', name), () => name]) {
    try {
      return require.resolve(place());
    } catch {
      // Not in this place.
    }
  }
  return undefined;
}

/** The node_modules folder that holds the tfjs-core in use. */
function packagesFolder(require: NodeJS.Require): string {
  return dirname(dirname(dirname(require.resolve('@tensorflow/tfjs-core/package.json'))));
}

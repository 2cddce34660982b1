import { ImageError } from '../../models/errors';
import type { Walk } from './listing';

/** What the parts of a set are called. */
const SPLIT =
  /^(train(ing)?|val(id(ation)?)?|dev(el(opment)?)?|eval(uation)?|test(ing)?|hold-?out)([ _.-]?(set|data|images?|imgs?|split|\d+))?$/i;

/**
 * Refuses a folder whose folders are not classes but parts of a set, with the same classes in each: `train/cats`, `validation/cats`.
 * @param folders those of the folder
 * @returns a word where the folders' names don't tell, but each has folders called alike
 * @throws ImageError that names them
 */
export async function refuseSplits(
  walk: Walk,
  folders: readonly string[],
  path: string,
): Promise<string | undefined> {
  const within: string[][] = [];
  for (const folder of folders) {
    const { folders: below } = await walk.peek(folder);
    if (below.length === 0) return undefined;
    within.push(below);
  }
  const [first = [], ...others] = within;
  const isAlike = others.every((each) => each.join('/') === first.join('/'));
  const areSplits = folders.every((name) => SPLIT.test(name));
  const areClasses = first.some((name) => !SPLIT.test(name));
  // Views or sessions below each class may be called alike, too: then it is the folders' own names that tell.
  const isRoot = areClasses && (areSplits || (isAlike && others.length > 0 && folders.some(isSplit)));
  const shown = first.slice(0, 3).join(', ') + (first.length > 3 ? ', …' : '');
  if (!isRoot) {
    return isAlike && others.length > 0 && areClasses
      ? `Each folder of ${path} (${folders.slice(0, 3).join(', ')}${folders.length > 3 ? ', …' : ''}) has folders of the same names (${shown}): the former are taken for the classes. If the latter are, give ${path}/${folders[0]}.`
      : undefined;
  }
  throw new ImageError(
    `${path} has no class folders: ${folders.join(', ')} are parts of a set, with folders of their own (${shown})`,
    { code: 'LABELS_MISSING', hint: `Give one of them: ${path}/${folders[0]}.` },
  );
}

function isSplit(name: string): boolean {
  return SPLIT.test(name);
}

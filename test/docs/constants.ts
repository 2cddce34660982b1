import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** A constant of a module, and what its comment says. */
export interface NamedConstant {
  readonly name: string;
  /** Its own doc comment, or that above the first of the lines it stands among; '' where there is none. */
  readonly comment: string;
}

/** Numbers, what is reckoned of numbers, and lists: not text, patterns, functions or objects. */
const DECLARED =
  /^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: [^=]+)? = (?=[-\d[]|Number\.|Math\.|[A-Z][A-Z0-9_]* [-+*/])/;

/** The top-level constants of a module in capitals that are numbers or lists. @param text TypeScript as Biome formats it */
export function constantsIn(text: string): NamedConstant[] {
  const found: NamedConstant[] = [];
  let comment: string[] = [];
  let isOpen = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('/**')) {
      comment = [line];
      isOpen = !line.endsWith('*/');
    } else if (isOpen) {
      comment.push(line);
      isOpen = line !== ' */';
    } else {
      const name = DECLARED.exec(line)?.[1];
      if (name) found.push({ name, comment: comment.join('\n') });
      // A run of constants, a line each, goes on under the comment of its first.
      else if (!/^ |^\]/.test(line)) comment = [];
    }
  }
  return found;
}

/** Whether a comment says where a constant comes from: `Origin:` and what it is. */
export function namesOrigin({ comment }: NamedConstant): boolean {
  return /\bOrigin:[\s*]+[^\s*/]/.test(comment);
}

/** The modules in some folders and below, and those that are named themselves. @param root that the paths lie in */
export function modulesIn(root: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    statSync(join(root, path)).isDirectory()
      ? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
          .filter((name) => name.endsWith('.ts'))
          .map((name) => `${path}/${name}`)
      : [path],
  );
}

/** The constants of a module. */
export function constantsOf(root: string, path: string): NamedConstant[] {
  return constantsIn(readFileSync(join(root, path), 'utf8'));
}

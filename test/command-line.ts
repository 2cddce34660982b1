import { readFileSync } from 'node:fs';
import { type ParseArgsConfig, parseArgs } from 'node:util';

type OptionsConfig = NonNullable<ParseArgsConfig['options']>;
type Parsed<T extends OptionsConfig> = ReturnType<typeof parseArgs<{ allowPositionals: true; options: T }>>;

/**
 * Reads what a program of `npm run` is told. `--help` prints the comment at the top of its file, and ends it with 0; what it doesn't know
 * is told in a sentence, and ends it with 2.
 * @param file the program's own, `import.meta.filename`
 */
export function readArgs<T extends OptionsConfig>(file: string, options: T): Parsed<T> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } } as OptionsConfig,
    });
    if (!values.help) return { values, positionals } as unknown as Parsed<T>;
  } catch (error) {
    console.error(`${(error as Error).message.split('. ')[0]}. --help tells what there is.`);
    process.exit(2);
  }
  console.log(usageIn(file));
  process.exit(0);
}

/** The comment at the top of a file: what `--help` prints. */
export function usageIn(file: string): string {
  const [block] = /^\/\*\*[\s\S]*?\*\/|^(\/\/.*\n)+/.exec(readFileSync(file, 'utf8')) ?? [''];
  return block
    .replace(/^\/\*\*\n?|\n? *\*\/$/g, '')
    .replace(/^ *(\*|\/\/) ?/gm, '')
    .trim();
}

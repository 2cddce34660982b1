/** What is known of a type of image by its name. */
interface ImageTypeFacts {
  /** What people call it. */
  readonly label: string;
  readonly mime: string;
  /** How names of its files end, in lower case. */
  readonly endings: readonly [string, ...string[]];
}

/** The types of image that are read, as they are listed; here and in browsers. */
export const IMAGE_TYPES = {
  jpeg: { label: 'JPEG', mime: 'image/jpeg', endings: ['.jpg', '.jpeg'] },
  png: { label: 'PNG', mime: 'image/png', endings: ['.png'] },
  webp: { label: 'WebP', mime: 'image/webp', endings: ['.webp'] },
} as const satisfies Readonly<Record<string, ImageTypeFacts>>;

/** A type of image that is read. */
export type ImageType = keyof typeof IMAGE_TYPES;

const facts: readonly ImageTypeFacts[] = Object.values(IMAGE_TYPES);

export const IMAGE_MIMES: readonly string[] = facts.map(({ mime }) => mime);

const mimes = new Map(facts.flatMap(({ mime, endings }) => endings.map((ending) => [ending, mime] as const)));

/** The MIME type of a file, by its name's ending with the dot, in either case; undefined for any other. */
export function mimeOfEnding(ending: string): string | undefined {
  return mimes.get(ending.toLowerCase());
}

/** The types in words: `JPEG, PNG and WebP`. */
export function imageTypes(joined: 'and' | 'or'): string {
  const labels = facts.map(({ label }) => label);
  return `${labels.slice(0, -1).join(', ')} ${joined} ${labels.at(-1)}`;
}

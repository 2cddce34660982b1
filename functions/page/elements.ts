/** The page's element of that id. @throws Error where the page has none of that kind */
export function at<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} #${id}`);
}

/** A new element with a class and content; text is never read as HTML. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...content: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...content);
  return made;
}

/** `1.5 %` */
export const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** `3 images` */
export const images = (count: number): string => `${count} ${count === 1 ? 'image' : 'images'}`;

/** `10 MB`: of 2²⁰ bytes, and no more than there are. */
export const megabytes = (bytes: number): string => `${Math.floor((bytes / 2 ** 20) * 10) / 10} MB`;

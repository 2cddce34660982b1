/** A package inside a program. */
export interface Inlined {
  readonly name: string;
  readonly version: string;
  /** As SPDX calls it; undefined where none is told. */
  readonly licence: string | undefined;
  /** Of its licence files. */
  readonly texts: readonly string[];
}
export function noticesText(
  packages: readonly Inlined[],
  beside?: readonly { readonly name: string; readonly licence: string; readonly text: string }[],
): string;

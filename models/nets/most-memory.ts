/** Bytes that a process may take for its nets where nobody tells. Origin: no choice: a wasm heap ends at 4 GiB. Apart, for it needs no engine. */
export const MOST_MEMORY = 4 * 2 ** 30;

/**
 * What a terminal takes for orders (ECMA-48), or for letters to be shown in another place than they stand in (UAX #9): all control
 * characters but a tab and the end of a line.
 */
const ORDERS = /(?![\t\n])[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
/** The same, but for colours. */
const ORDERS_BUT_COLOURS = new RegExp(`(?!\u001b\\[\\d{1,2}m)${ORDERS.source}`, 'gu');

/**
 * Text that may hold names of strangers' nets, bundles and files, as it may be shown on a terminal: `\x1b` in place of the character
 * itself.
 * @param options.colours whether colours are left as they are
 */
export function printable(text: string, { colours = false }: { readonly colours?: boolean } = {}): string {
  return text.replace(colours ? ORDERS_BUT_COLOURS : ORDERS, (order) => {
    const code = codeOf(order);
    return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
  });
}

/** A character's code, in hexadecimal. */
function codeOf(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16);
}

/** JSON as it may be shown on a terminal; it says the same. */
export function printableJson(json: string): string {
  return json.replace(ORDERS, (order) => `\\u${codeOf(order).padStart(4, '0')}`);
}

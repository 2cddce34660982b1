/** Names for those who hear a page. */
const NAMES: readonly (readonly [selector: string, name: string])[] = [
  ['input[type=file]', 'A picture to send'],
  ['textarea.body-param__text', 'The body'],
  ['select.examples-select-element', 'Example'],
  ['button.close-modal', 'Close'],
];

/** What Swagger UI leaves out for those who hear a page, or have no mouse: mended as often as it draws. */
export function mend(reference: HTMLElement): void {
  const each = () => {
    for (const [selector, name] of NAMES) {
      for (const found of reference.querySelectorAll(`${selector}:not([aria-label])`)) {
        found.setAttribute('aria-label', name);
      }
    }
    // What scrolls must be reached by keyboard.
    for (const found of reference.querySelectorAll('pre.microlight:not([tabindex])')) {
      found.setAttribute('tabindex', '0');
    }
    // A button is called what stands on it.
    for (const found of reference.querySelectorAll('.modal-btn[aria-label]')) {
      found.removeAttribute('aria-label');
    }
    // A region needs a name, and a table is none.
    for (const found of reference.querySelectorAll('table[role=region]')) found.removeAttribute('role');
  };
  new MutationObserver(each).observe(reference, { childList: true, subtree: true });
}

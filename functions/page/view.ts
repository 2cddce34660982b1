import { at } from './elements';

/**
 * Brings the answers into view and moves the focus to their heading, as images are sent. How it scrolls is page.css's:
 * smoothly, unless less motion is wished for.
 * @returns what is to be called with each answer: the first has the place to scroll to that there was not before
 */
export function resultsInView(): { first(): void } {
  const heading = at('answers', HTMLHeadingElement);
  const show = () => heading.scrollIntoView({ block: 'start' });
  heading.hidden = false;
  heading.focus({ preventScroll: true });
  show();
  let isShown = false;
  return {
    first() {
      if (isShown) return;
      isShown = true;
      // Whoever has gone elsewhere meanwhile stays there. The answers that come with the first are laid out by then.
      requestAnimationFrame(() => {
        if (document.activeElement === heading) show();
      });
    },
  };
}

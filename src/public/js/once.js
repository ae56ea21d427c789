'use strict';

/* A form is sent once, however often its button is pressed: the second press would book a second class. */
(() => {
  /** As long as an answer may take; after that something went wrong, and it may be sent again. */
  const PATIENCE_MS = 10_000;
  let underWay = new WeakSet();

  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== 'post') return;
    if (underWay.has(form)) {
      event.preventDefault();
      return;
    }
    underWay.add(form);
    setTimeout(() => underWay.delete(form), PATIENCE_MS);
  });

  // Whoever goes back finds the page as they left it.
  window.addEventListener('pageshow', () => {
    underWay = new WeakSet();
  });
})();

/* global document, location, DOMParser */
// Keeps the list of mails fresh; everything else of the page, what is being read included, stays as it is.
const EVERY_MS = 2000;

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = page.getElementById('mails');
  const shown = document.getElementById('mails');
  if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceChildren(...fresh.childNodes);
  document.title = page.title;
}

// The mailbox may be restarting; the next turn will tell.
setInterval(() => document.hidden || refresh().catch(() => undefined), EVERY_MS);

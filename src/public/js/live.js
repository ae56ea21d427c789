// Keeps the live classes true without a reload: the server says when something has changed, and the page is fetched
// anew. Where events do not come through, their data is asked for every ten seconds; without script the page refreshes
// itself.
const POLL_MS = 10_000;

let source;
let poll;

function shown() {
  return document.querySelector('#live');
}

function follow() {
  source?.close();
  clearTimeout(poll);
  if (!('EventSource' in window)) {
    askLater();
    return;
  }
  source = new EventSource(`${shown().dataset.events}?seen=${shown().dataset.key}`);
  source.addEventListener('changed', look);
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) askLater();
  });
}

function askLater() {
  clearTimeout(poll);
  poll = setTimeout(ask, POLL_MS);
}

async function ask() {
  try {
    const { key } = await (await get(shown().dataset.data)).json();
    if (key === shown().dataset.key) askLater();
    else await look();
  } catch {
    askLater();
  }
}

async function look() {
  source?.close();
  try {
    const page = await (await get(location.href)).text();
    show(new DOMParser().parseFromString(page, 'text/html').querySelector('#live'));
    follow();
  } catch {
    // The line is down: the page stays as it is until it is back.
    clearTimeout(poll);
    poll = setTimeout(look, POLL_MS);
  }
}

async function get(address) {
  const response = await fetch(address);
  // Signed out meanwhile: the page itself leads to the sign-in and back.
  if (response.redirected) location.reload();
  if (!response.ok || response.redirected) throw new Error('not now');
  return response;
}

function show(fresh) {
  const focused = document.activeElement?.closest('#live') ? document.activeElement.id : '';
  shown().replaceWith(fresh);
  if (focused) document.getElementById(focused)?.focus();
  const said = document.querySelector('#said');
  const { textContent } = document.querySelector('#live-summary');
  if (said.textContent !== textContent) said.textContent = textContent;
}

// A computer that was asleep has missed everything.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void look();
});
follow();

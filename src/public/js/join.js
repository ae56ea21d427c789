// Keeps the page of a class true without a reload: the server says when something has changed, and the page is fetched
// anew. Where events do not come through, it is fetched every ten seconds; without script the page refreshes itself.
const POLL_MS = 10_000;
const SECOND_MS = 1_000;

let source;
let poll;

function follow() {
  source?.close();
  clearTimeout(poll);
  const { events } = document.querySelector('#page').dataset;
  if (!events) return;
  if (!('EventSource' in window)) {
    lookLater();
    return;
  }
  source = new EventSource(events);
  source.addEventListener('changed', look);
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) lookLater();
  });
}

function lookLater() {
  clearTimeout(poll);
  poll = setTimeout(look, POLL_MS);
}

async function look() {
  source?.close();
  try {
    const response = await fetch(location.href);
    if (response.status >= 500) throw new Error('not now');
    show(new DOMParser().parseFromString(await response.text(), 'text/html'));
    follow();
  } catch {
    // The line is down: the page stays as it is until it is back.
    lookLater();
  }
}

function show(answer) {
  const [shown, fresh] = [document.querySelector('#page'), answer.querySelector('#page')];
  if (!fresh || fresh.innerHTML === shown.innerHTML) {
    if (fresh) shown.replaceWith(fresh);
    return;
  }
  const hadButton = document.activeElement?.matches('#page button');
  shown.replaceWith(fresh);
  document.title = answer.title;
  if (hadButton) fresh.querySelector('button')?.focus();
  const news = fresh.querySelector('h2') ?? fresh.querySelector('h1');
  document.querySelector('#said').textContent = news ? news.textContent : '';
  tell();
}

/** What only this device knows: how long it still is, and the time of its own place. */
function tell() {
  for (const line of document.querySelectorAll('[data-countdown]')) {
    const words = inWords(Date.parse(line.dataset.countdown) - Date.now());
    line.hidden = words === '';
    if (line.textContent !== words) line.textContent = words;
  }
  for (const row of document.querySelectorAll('[data-own-time]')) {
    const format = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });
    const { timeZone } = format.resolvedOptions();
    if (timeZone === row.dataset.zone) continue;
    row.querySelector('dd').textContent = `${format.format(new Date(row.dataset.ownTime))} (${timeZone})`;
    row.hidden = false;
  }
}

function inWords(leftMs) {
  const seconds = Math.ceil(leftMs / SECOND_MS);
  if (seconds <= 0) return '';
  if (seconds < 120) return `Starts in ${seconds} seconds.`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return `Starts in ${minutes} minutes.`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `Starts in ${hours} hours.` : `Starts in ${Math.round(hours / 24)} days.`;
}

// A phone that was asleep has missed everything.
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void look();
});
addEventListener('pageshow', (event) => {
  if (event.persisted) void look();
});
setInterval(tell, SECOND_MS);
tell();
follow();

// Shows what has changed since the page was loaded, without a reload that would lose the reader's place.
const { seconds } = document.currentScript.dataset;

async function refresh() {
  if (document.hidden) return;
  const response = await fetch(location.href).catch(() => undefined);
  if (!response?.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), 'text/html');
  const fresh = page.querySelector('#content');
  const shown = document.querySelector('#content');
  if (fresh && shown && fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
}

setInterval(refresh, Number(seconds) * 1000);

// "Test connection" without a reload, so that typed secrets stay in their fields; and buttons that copy.
const form = document.querySelector('#zoom-settings');
const testButton = document.querySelector('#test');
const result = document.querySelector('#result');

form.addEventListener('submit', (event) => {
  if (event.submitter !== testButton) return;
  event.preventDefault();
  void test();
});

async function test() {
  testButton.disabled = true;
  say('Asking Zoom …');
  try {
    const response = await fetch(testButton.formAction, {
      method: 'POST',
      headers: { Accept: 'application/json' },
      body: new URLSearchParams(new FormData(form)),
    });
    const { findings, error } = await response.json();
    if (findings) showFindings(findings);
    else say(error.message);
  } catch {
    say('The test could not be made. Reload the page and try again.');
  }
  testButton.disabled = false;
  result.scrollIntoView({ block: 'nearest' });
}

function showFindings(findings) {
  const rows = findings.map(({ title, word, tone, why }) =>
    element('li', {}, [
      element('strong', { className: 'grow', textContent: title }),
      element('span', { className: `tag ${tone}`, textContent: word }),
      element('span', { className: 'why', textContent: why }),
    ]),
  );
  result.replaceChildren(
    element('h2', { textContent: 'What the test found' }),
    element('ul', { className: 'rows' }, rows),
    element('p', { className: 'soft', textContent: 'Nothing of the form is saved yet.' }),
  );
}

function say(text) {
  result.replaceChildren(element('p', { className: 'flash', textContent: text }));
}

function element(name, properties, children = []) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

for (const button of document.querySelectorAll('.copy')) {
  button.hidden = false;
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.firstChild.textContent = 'Copied';
  });
}

'use strict';

/* Puts a chosen file's text where it can be seen and sent; without script its lines are pasted. */
(() => {
  const field = document.getElementById('file-field');
  const file = document.getElementById('file');
  const csv = document.getElementById('csv');
  if (!field || !file || !csv) return;
  field.hidden = false;
  file.addEventListener('change', async () => {
    const [chosen] = file.files;
    if (chosen) csv.value = await chosen.text();
  });
})();

/*
 * A marketplace's program that follows the feed, written from the served document alone, by somebody who knows that it may
 * be killed anywhere:
 *
 *   node feedConsumer.mjs DOCUMENT-URL KEY FOLDER
 *
 * What it has dealt with it writes to FOLDER/dealt-with, a line an event; its place it keeps in FOLDER/place. It says on
 * stdout what it is at.
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const [documentUrl, key, folder] = process.argv.slice(2);
const PLACE = path.join(folder, 'place');
const PAUSE_MS = 20;
const AT_ONCE = '3';

const say = (what) => process.stdout.write(`${what}\n`);

const { servers, paths } = await (await fetch(documentUrl)).json();
const [address] = Object.entries(paths).find(([, calls]) => calls.get?.operationId === 'listEvents');

for (;;) {
  const after = existsSync(PLACE) ? readFileSync(PLACE, 'utf8') : '0';
  const query = new URLSearchParams({ after, limit: AT_ONCE });
  const answer = await fetch(`${servers[0].url}${address}?${query}`, { headers: { Authorization: `Bearer ${key}` } });
  if (answer.status !== 200) throw new Error(`The feed answers ${answer.status}.`);
  const { events, next, more } = await answer.json();
  say('has a page');
  for (const { id, type, classDate } of events) {
    appendFileSync(path.join(folder, 'dealt-with'), `${id} ${type} ${classDate}\n`);
    say('has dealt with one');
  }
  // As a whole or not at all.
  writeFileSync(`${PLACE}.new`, next);
  say('is about to keep its place');
  renameSync(`${PLACE}.new`, PLACE);
  say('has kept its place');
  if (!more) await sleep(PAUSE_MS);
}

import { readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';

const template = Handlebars.compile(readFileSync(path.join(__dirname, 'mailbox.hbs'), 'utf8'));

/** The one page there is: the list, and beside it the mail that is being read. Every value is escaped. */
export function renderPage(values: Record<string, unknown>): string {
  return template(values);
}

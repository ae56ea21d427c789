import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import juice from 'juice';

type Template = (data: Record<string, unknown>) => string;

export interface MailTemplates {
  readonly html: Template;
  readonly text: Template;
}

/** The parts that templates share; never sent by themselves. */
const PARTS = ['layout', 'facts', 'changes'];

let compiled: ReadonlyMap<string, MailTemplates> | undefined;

/** A mail's templates, compiled once. Strict: a value that is not there is an error, not a gap in somebody's mail. */
export function mailTemplates(name: string): MailTemplates {
  compiled ??= compileAll();
  const templates = compiled.get(name);
  if (!templates) throw new Error(`There is no mail template "${name}".`);
  return templates;
}

function compileAll(): ReadonlyMap<string, MailTemplates> {
  const names = readdirSync(__dirname)
    .filter((file) => file.endsWith('.html.hbs'))
    .map((file) => file.replace('.html.hbs', ''))
    .filter((name) => !PARTS.includes(name));
  return new Map(
    names.map((name) => [
      name,
      {
        html: Handlebars.compile(inlined(wholeHtml(name)), { strict: true }),
        text: Handlebars.compile(wholeText(name), { strict: true, noEscape: true }),
      },
    ]),
  );
}

/** Many mail programs drop style sheets, so each rule is written onto its elements: once, in the template. */
function inlined(source: string): string {
  return juice(source);
}

/** The parts are put together as text, so that juice sees a whole page and no partial's brackets. */
function wholeHtml(name: string): string {
  return read('layout.html.hbs')
    .replace('{{body}}', () => read(`${name}.html.hbs`))
    .replace('{{changes}}', () => read('changes.html.hbs'))
    .replace('{{facts}}', () => read('facts.html.hbs'));
}

function wholeText(name: string): string {
  return [read(`${name}.txt.hbs`), read('footer.txt.hbs')]
    .join('\n')
    .replace('{{changes}}\n', () => read('changes.txt.hbs'))
    .replace('{{facts}}', () => read('facts.txt.hbs'));
}

function read(file: string): string {
  return readFileSync(path.join(__dirname, file), 'utf8');
}

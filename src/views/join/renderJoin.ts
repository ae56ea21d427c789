import { readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import type { AppContext } from '../../middlewares/context';

/**
 * The pages of people who come by a link: a layout of their own, a few kilobytes for a phone on a bad line, without
 * session or anything from elsewhere; all of it works without script.
 */
const layout = compile('layout');
const views = {
  pass: compile('pass'),
  refusal: compile('refusal'),
  linkSent: compile('linkSent'),
  blocked: compile('blocked'),
};

interface JoinView extends Readonly<Record<string, unknown>> {
  readonly title: string;
  readonly supportEmail: string;
  /** After how many seconds a browser without script asks again; null: never. */
  readonly refreshSeconds: number | null;
}

export function renderJoin(ctx: AppContext, view: keyof typeof views, data: JoinView): void {
  ctx.type = 'html';
  ctx.body = layout({ ...data, content: views[view](data) });
}

function compile(name: string): HandlebarsTemplateDelegate {
  return Handlebars.compile(readFileSync(path.join(__dirname, `${name}.hbs`), 'utf8'));
}

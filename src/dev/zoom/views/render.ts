import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Handlebars from 'handlebars';
import type { Context } from 'koa';

type PageName = 'consent' | 'control' | 'meeting' | 'message';

const layout = compile('layout');
const pages = new Map<PageName, HandlebarsTemplateDelegate>();

export const stylesheet = readFileSync(join(__dirname, 'style.css'), 'utf8');

/** Renders a page into the answer; every value is escaped by the template. */
export function renderPage(ctx: Context, name: PageName, values: { title: string; [key: string]: unknown }): void {
  const page = pages.get(name) ?? compile(name);
  pages.set(name, page);
  ctx.type = 'html';
  ctx.set('cache-control', 'no-store');
  ctx.body = layout({ ...values, content: page(values) });
}

export function showMessage(ctx: Context, status: number, title: string, text: string): void {
  ctx.status = status;
  renderPage(ctx, 'message', { title, text });
}

function compile(name: string): HandlebarsTemplateDelegate {
  return Handlebars.compile(readFileSync(join(__dirname, `${name}.hbs`), 'utf8'));
}

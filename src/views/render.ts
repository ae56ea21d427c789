import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import Handlebars from 'handlebars';
import type { AppContext } from '../middlewares/context';
import { formatInstant } from '../presenters/classTime';

const handlebars = Handlebars.create();
const pages = new Map<string, HandlebarsTemplateDelegate>();
const layouts = new Map<string, HandlebarsTemplateDelegate>();

handlebars.registerHelper('eq', (one: unknown, other: unknown) => one === other);
handlebars.registerHelper('instant', (instant: unknown, zone: unknown) =>
  instant instanceof Date ? formatInstant(instant, typeof zone === 'string' ? zone : 'UTC') : '',
);
handlebars.registerHelper('concat', (...parts: unknown[]) => parts.slice(0, -1).map(String).join(''));
handlebars.registerHelper('iso', (instant: unknown) => (instant instanceof Date ? instant.toISOString() : ''));
for (const file of readdirSync(path.join(__dirname, 'partials'))) {
  handlebars.registerPartial(path.parse(file).name, read(`partials/${file}`));
}

/**
 * Renders a view into its layout. Views get plain values only: Handlebars shows nothing of a model's getters.
 *
 * @param view such as `admin/dashboard`, a file below src/views
 * @param layout `main` for people who sign in, `plain` for everybody else
 */
export function render(
  ctx: AppContext,
  view: string,
  data: Readonly<Record<string, unknown>> & { readonly title: string },
  layout: 'main' | 'plain' = 'main',
): void {
  const { user, flash, csrfToken, openTrouble } = ctx.state;
  const shared = {
    ...data,
    flash,
    openTrouble,
    user: user && { name: user.fullName, isAdmin: user.role === 'admin', isTeacher: user.role === 'teacher' },
    csrf: user || data.form === true ? csrfToken?.() : undefined,
  };
  const content = compiled(pages, view)(shared);
  ctx.type = 'html';
  ctx.body = compiled(layouts, `layouts/${layout}`)({ ...shared, content });
}

function compiled(cache: Map<string, HandlebarsTemplateDelegate>, name: string): HandlebarsTemplateDelegate {
  const found = cache.get(name) ?? handlebars.compile(read(`${name}.hbs`));
  cache.set(name, found);
  return found;
}

function read(file: string): string {
  return readFileSync(path.join(__dirname, file), 'utf8');
}

import { Router } from '@koa/router';
import type { Context } from 'koa';
import type { Message, Messages } from '../messages';
import { renderPage } from './views/render';

const VIEWS = ['html', 'text', 'source'] as const;
type View = (typeof VIEWS)[number];

/** Links of a mail lead out of the frame it is shown in; scripts do not run, and nothing is fetched from elsewhere. */
const MAIL_POLICY =
  "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const TIME = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** Pages for people: the list, and one mail as HTML, text or source. */
export function pageRoutes(messages: Messages): Router {
  const router = new Router();
  router.get('/', (ctx) => showPage(ctx, messages, undefined));
  router.post('/emptied', (ctx) => {
    messages.clear();
    ctx.status = 303;
    ctx.redirect('/');
  });
  router.get('/messages/:id', (ctx) => {
    const message = messages.find(ctx.params['id'] ?? '');
    if (!message) {
      ctx.redirect('/');
      return;
    }
    showPage(ctx, messages, message);
  });
  router.get('/messages/:id/html', (ctx) => {
    const message = messages.find(ctx.params['id'] ?? '') ?? ctx.throw(404);
    ctx.set('content-security-policy', MAIL_POLICY);
    ctx.type = 'html';
    ctx.body = openLinksOutside(message.html);
  });
  return router;
}

function showPage(ctx: Context, messages: Messages, message: Message | undefined): void {
  const search = typeof ctx.query['q'] === 'string' ? ctx.query['q'].trim() : '';
  const query = search ? `q=${encodeURIComponent(search)}` : '';
  ctx.set('content-security-policy', PAGE_POLICY);
  ctx.set('cache-control', 'no-store');
  ctx.type = 'html';
  const all = messages.list().reverse();
  const shown = all.filter((candidate) => matches(candidate, search));
  ctx.body = renderPage({
    title: message ? message.subject : `Mailbox (${all.length})`,
    search,
    count: all.length,
    mails: shown.map((mail) => listItem(mail, query, mail === message)),
    none: all.length === 0 ? 'No mail yet. It appears here by itself.' : 'No mail matches.',
    reading: message ? readingPane(ctx, messages, message, query) : undefined,
    listUrl: query ? `/?${query}` : '/',
  });
}

function matches({ to, subject }: Message, search: string): boolean {
  return `${to} ${subject}`.toLowerCase().includes(search.toLowerCase());
}

function listItem(mail: Message, query: string, current: boolean): Record<string, unknown> {
  return {
    ...{ subject: mail.subject || '(no subject)', to: mail.to, current },
    ...{ receivedAt: mail.receivedAt, time: TIME.format(new Date(mail.receivedAt)) },
    url: `/messages/${mail.id}${query ? `?${query}` : ''}`,
  };
}

function readingPane(ctx: Context, messages: Messages, mail: Message, query: string): Record<string, unknown> {
  const view = VIEWS.find((name) => name === ctx.query['view']) ?? (mail.html ? 'html' : 'text');
  const url = (name: View): string => `/messages/${mail.id}?view=${name}${query ? `&${query}` : ''}`;
  return {
    ...listItem(mail, query, true),
    from: mail.from,
    messageId: mail.messageId,
    attachments: mail.attachments.map(
      ({ filename, size }) => `${filename} (${Math.max(1, Math.round(size / 1024))} KB)`,
    ),
    tabs: VIEWS.map((name) => ({ name: TAB_NAMES[name], url: url(name), current: name === view })),
    frameUrl: view === 'html' && mail.html ? `/messages/${mail.id}/html` : undefined,
    plain: view === 'source' ? messages.source(mail.id)?.toString('utf8') : mail.text,
  };
}

const TAB_NAMES: Record<View, string> = { html: 'HTML', text: 'Text', source: 'Source' };

/** A `base` in the head, where a mail has one; in front of everything it would switch the browser to quirks mode. */
function openLinksOutside(html: string): string {
  const base = '<base target="_blank">';
  return /<head[^>]*>/i.test(html) ? html.replace(/<head[^>]*>/i, (head) => `${head}${base}`) : `${base}${html}`;
}

import { PassThrough } from 'node:stream';
import type { AppRouterContext } from '../middlewares/context';
import type { PageWatch } from './pageWatch';

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 20_000;
/** The browser opens the stream again by itself; until then a process that drains need not wait for it. */
const LONGEST_MS = 10 * 60_000;

/**
 * Server-sent events (HTML, 9.2): one `changed` when the page is no longer true, on which the page fetches itself anew.
 * Nothing of a person or a class goes over it.
 */
export function streamChanges<Page>(ctx: AppRouterContext, watch: PageWatch<Page>, page: Page): void {
  const { seen } = ctx.query;
  const stream = new PassThrough();
  const send = (event: string) => void stream.write(`event: ${event}\ndata: 1\n\n`);
  const unwatch = watch.watch(page, typeof seen === 'string' ? seen : '', () => {
    send('changed');
    stream.end();
  });
  const heartbeat = setInterval(() => void stream.write(':\n\n'), HEARTBEAT_MS);
  const end = setTimeout(() => stream.end(), LONGEST_MS);
  heartbeat.unref();
  end.unref();
  ctx.res.once('close', () => stream.destroy());
  stream.once('close', () => {
    unwatch();
    clearInterval(heartbeat);
    clearTimeout(end);
  });
  ctx.type = 'text/event-stream';
  // nginx would hold the events back until it has some kilobytes of them.
  ctx.set('X-Accel-Buffering', 'no');
  ctx.body = stream;
  stream.write(':\n\n');
}

import { Router } from '@koa/router';
import { faultSchema, type Fault } from '../faults';
import type { Messages } from '../messages';

export interface FaultControl {
  list(): Fault[];
  add(fault: Fault): Promise<void>;
  clear(): Promise<void>;
}

/** JSON for tests and scripts. */
export function apiRoutes(messages: Messages, faults: FaultControl): Router {
  const router = new Router({ prefix: '/api' });
  // Newest first, so that a search from the front finds the latest.
  router.get('/messages', (ctx) => {
    ctx.body = messages.list().reverse();
  });
  router.delete('/messages', (ctx) => {
    messages.clear();
    ctx.status = 204;
  });
  router.get('/messages/:id', (ctx) => {
    ctx.body = messages.find(ctx.params['id'] ?? '') ?? ctx.throw(404, 'There is no such message.');
  });
  router.get('/faults', (ctx) => {
    ctx.body = faults.list();
  });
  router.post('/faults', async (ctx) => {
    const fault = faultSchema.safeParse(ctx.request.body);
    if (!fault.success) {
      ctx.status = 422;
      ctx.body = { problems: fault.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) };
      return;
    }
    await faults.add(fault.data);
    ctx.status = 201;
    ctx.body = fault.data;
  });
  router.delete('/faults', async (ctx) => {
    await faults.clear();
    ctx.status = 204;
  });
  return router;
}

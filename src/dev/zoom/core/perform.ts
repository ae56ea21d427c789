import type { Context } from 'koa';
import { maskSecrets, maskUrl, type Call } from './callLog';
import type { Fault } from './faults';
import type { World } from './world';

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Task {
  readonly operation: string;
  /** E-mail address of whose call it is, if that is known. */
  readonly host: string | null;
  readonly hostId?: string | undefined;
  readonly meetingId?: number | undefined;
  /** The work itself; may throw only what `refusal` understands. */
  readonly work: (faults: readonly Fault[]) => Reply;
  /** What is answered instead of working, for the faults that only this kind of call knows. */
  readonly refusal?: (fault: Fault) => Reply | undefined;
}

/** Does a call under the faults in force, writes it to the log and answers it, or drops the connection. */
export async function perform(world: World, ctx: Context, task: Task): Promise<void> {
  const trackingId = `v=2.0;clid=us06;rid=WEB_${world.variety.word(32)}`;
  ctx.set('x-zm-trackingid', trackingId);
  const faults = world.faults.take({
    operation: task.operation,
    hosts: [task.host ?? '', task.hostId ?? ''],
    meetingId: task.meetingId,
  });
  const call = begin(world, ctx, task, trackingId, faults);
  const has = (kind: Fault['kind']) => faults.find((fault) => fault.kind === kind);
  const slow = has('slow');
  if (slow) await pause(slow.delayMs);
  if (has('reset')) return drop(ctx);
  const reply = refuse(task, faults) ?? task.work(faults);
  call.status = reply.status;
  world.changed();
  const late = has('slowReply');
  if (late) await pause(late.delayMs);
  const lost = has('loseReply');
  if (lost) {
    call.replyLost = true;
    if (lost.delayMs) await pause(lost.delayMs);
    return drop(ctx);
  }
  answer(ctx, reply, has('garbledReply') !== undefined);
}

function begin(world: World, ctx: Context, task: Task, trackingId: string, faults: Fault[]): Call {
  const call: Call = {
    at: new Date(world.clock.now()).toISOString(),
    method: ctx.method,
    path: maskUrl(ctx.originalUrl),
    operation: task.operation,
    host: task.host,
    status: 0,
    trackingId,
    faults: faults.map((fault) => fault.kind),
    replyLost: false,
    body: maskSecrets(ctx.request.body ?? null),
  };
  world.calls.add(call);
  return call;
}

function refuse(task: Task, faults: Fault[]): Reply | undefined {
  for (const fault of faults) {
    const reply = COMMON_REFUSALS[fault.kind]?.(fault) ?? task.refusal?.(fault);
    if (reply) return reply;
  }
  return undefined;
}

const COMMON_REFUSALS: Partial<Record<Fault['kind'], (fault: Fault) => Reply>> = {
  status: ({ status = 500 }) => ({ status, body: { code: status, message: 'Internal Server Error' } }),
  oauthAnswer: ({ status = 400, error = 'invalid_request', reason = '' }) => ({ status, body: { reason, error } }),
  html: ({ status = 502 }) => ({
    status,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
  }),
  xml: ({ status = 503 }) => ({
    status,
    headers: { 'content-type': 'application/xml; charset=utf-8' },
    body: '<?xml version="1.0" encoding="UTF-8"?><error><code>503</code><message>Unavailable</message></error>',
  }),
};

function answer(ctx: Context, reply: Reply, garbled: boolean): void {
  ctx.status = reply.status;
  if (reply.headers) ctx.set(reply.headers);
  if (garbled) {
    ctx.type = 'application/json';
    ctx.body = '{"id":123456,"topic":"cut off in the mid';
  } else if (reply.body !== undefined) ctx.body = reply.body;
}

/** The client sees a connection reset and cannot tell whether the work was done. */
function drop(ctx: Context): void {
  ctx.respond = false;
  ctx.req.socket.destroy();
}

function pause(delayMs = 1000): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs).unref());
}

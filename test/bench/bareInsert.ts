import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createPool } from 'mysql2/promise';
import getRawBody from 'raw-body';

/*
 * The floor of the webhook rows: a process of its own that reads the body, does the same insert, and answers.
 *
 *   node --import tsx test/bench/bareInsert.ts DATABASE_URL POOL_SIZE
 */
const INSERT = `
  INSERT INTO webhook_events (event_key, event, event_at, meeting_id, body, state, attempts, created_at, updated_at)
  VALUES (?, 'meeting.started', UTC_TIMESTAMP(3), '1', ?, 'unmatched', 0, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`;

function main([url = '', poolSize = '10']: readonly string[]): void {
  const pool = createPool({ uri: url, connectionLimit: Number(poolSize), timezone: 'Z' });
  const app = new Koa();
  app.use(async (ctx) => {
    const body = await getRawBody(ctx.req);
    await pool.query(INSERT, [createHash('sha256').update(body).digest('hex'), body.toString('utf8')]);
    ctx.body = { status: 'success' };
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  });
}

main(process.argv.slice(2));

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { createPool } from 'mysql2/promise';

/*
 * The floor of the join rows: a process of its own that does the statements of a claim and of a page, and nothing else.
 *
 *   node --import tsx test/bench/bareDoor.ts DATABASE_URL POOL_SIZE
 */
const CLAIM = `
  UPDATE zoom_secure_tokens
     SET used_at = UTC_TIMESTAMP(3), holder_hash = ?, ip_address = ?, user_agent = ?, updated_at = UTC_TIMESTAMP(3)
   WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL`;
const AUDIT = `
  INSERT INTO zoom_audit_logs
         (action, entity_type, entity_id, metadata, ip_address, user_agent, user_salt, ip_salt, agent_salt, commitments,
          seal, created_at, updated_at)
  VALUES ('join_attempt_success', 'zoom_secure_token', ?, '{}', ?, ?, ?, ?, ?, ?, 'none',
          UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`;
const PAGE = `
  SELECT p.id, c.state, c.starts_at, o.title, t.first_name
    FROM zoom_secure_tokens p
    JOIN class_dates c ON c.id = p.class_date_id
    JOIN book_orders o ON o.id = c.order_id
    JOIN users t ON t.id = c.teacher_id
   WHERE p.id = ?`;
const HOLDER = 'f'.repeat(64);

/** As wide as the real ones. */
function salts(): string[] {
  const hex = (bytes: number) => randomBytes(bytes).toString('hex');
  return [hex(16), hex(16), hex(16), hex(97)];
}

function main([url = '', poolSize = '10']: readonly string[]): void {
  const pool = createPool({ uri: url, connectionLimit: Number(poolSize), timezone: 'Z' });
  const app = new Koa();
  app.use(async (ctx) => {
    const id = Number(ctx.query['id']);
    const [ip, agent] = [ctx.ip, ctx.get('User-Agent')];
    if (ctx.method === 'GET') {
      const [rows] = await pool.query(PAGE, [id]);
      ctx.body = JSON.stringify(rows);
      return;
    }
    const connection = await pool.getConnection();
    try {
      await connection.beginTransaction();
      await connection.query(CLAIM, [HOLDER, ip, agent, id]);
      await connection.query(AUDIT, [id, ip, agent, ...salts()]);
      await connection.commit();
    } finally {
      connection.release();
    }
    ctx.redirect('https://zoom.example/j/1');
    ctx.status = 303;
  });
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  });
}

main(process.argv.slice(2));

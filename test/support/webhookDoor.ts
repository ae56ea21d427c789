import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app';
import { interpretWebhookEvent } from '../../src/commands/interpretWebhookEvent';
import type { Deps } from '../../src/deps';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import { paths } from '../../src/routes/paths';

const SECRET = 'test-webhook-secret';

/** The application's own door for webhooks, and a Zoom that signs what it sends there. */
export interface WebhookDoor {
  readonly url: string;
  /** @returns when it has been acknowledged */
  post(body: object): Promise<void>;
  /** @returns when all that was acknowledged has been interpreted */
  interpreted(): Promise<void>;
  close(): Promise<void>;
}

export async function openWebhookDoor(deps: Deps): Promise<WebhookDoor> {
  const handle = createApp(deps).callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${paths.webhook}`;
  return {
    url,
    post: async (event) => {
      const body = JSON.stringify(event);
      const timestamp = String(Math.floor(Date.now() / 1000));
      const signature = createHmac('sha256', SECRET).update(`v0:${timestamp}:${body}`).digest('hex');
      const headers = { 'x-zm-request-timestamp': timestamp, 'x-zm-signature': `v0=${signature}` };
      const answer = await fetch(url, { method: 'POST', body, headers });
      expect([answer.status, await answer.text()]).toEqual([200, '{"status":"success"}']);
    },
    interpreted: () => interpretRest(deps),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As the relay does: what another holds or what has to wait is looked at again. */
async function interpretRest(deps: Deps): Promise<void> {
  for (;;) {
    const rest = await WebhookEvent.findAll({ where: { state: 'received' }, attributes: ['id'], order: ['id'] });
    if (rest.length === 0) return;
    for (const { id } of rest) await interpretWebhookEvent(deps, id);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export interface ReceivedCall {
  readonly id: string;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
  readonly path: string;
}

/** How a receiver answers a call: with a status, in a way of its own, or not at all. */
type Answer = number | 'nothing' | { readonly write: (response: ServerResponse) => void };

/** What a marketplace has events pushed to: a real HTTP server of this machine. */
export interface Receiver {
  readonly url: string;
  readonly port: number;
  /** everything that came, in its order */
  readonly calls: readonly ReceivedCall[];
  /** Answers from now on in this way; by itself 204. */
  answerWith(decide: (call: ReceivedCall) => Answer): void;
  /** the ids of what it said 2xx to */
  taken(): string[];
  /** Ends every connection, as a receiver does that dies over a call. */
  hangUp(): void;
  forget(): void;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const calls: ReceivedCall[] = [];
  const taken: string[] = [];
  let decide: (call: ReceivedCall) => Answer = () => 204;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url: path = '' } = request;
      const call = { id: String(headers['webhook-id']), body: Buffer.concat(chunks).toString(), headers, path };
      calls.push(call);
      const answer = decide(call);
      if (answer === 'nothing') return;
      if (typeof answer === 'object') {
        answer.write(response);
        return;
      }
      if (answer < 300) taken.push(call.id);
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/events`,
    port,
    calls,
    answerWith: (decision) => {
      decide = decision;
    },
    taken: () => [...taken],
    hangUp: () => server.closeAllConnections(),
    forget: () => {
      calls.length = 0;
      taken.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** What a receiver makes of a call with the library of Standard Webhooks. @throws when it is not signed with the secret */
export function verified({ body, headers }: ReceivedCall, secret: string): unknown {
  return new Webhook(secret).verify(body, headers as Record<string, string>);
}

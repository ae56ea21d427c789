import { Agent as HttpAgent, request as httpRequest, type ClientRequest, type RequestOptions } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** Zoom gives a receiver 3 s. */
const ANSWER_WITHIN_MS = 3000;

/** Enough for a load test on one machine without running out of sockets. */
const CONNECTIONS = 64;

export interface PostReply {
  readonly status: number;
  readonly body: string;
}

/** Posts bytes as they are, over connections of its own that end with {@link WebhookConnections.close}. */
export class WebhookConnections {
  private readonly http = new HttpAgent({ keepAlive: true, maxSockets: CONNECTIONS });
  private readonly https = new HttpsAgent({ keepAlive: true, maxSockets: CONNECTIONS });

  post(url: string, body: string, headers: Record<string, string>): Promise<PostReply> {
    const bytes = Buffer.from(body, 'utf8');
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length },
    };
    return new Promise((resolve, reject) => {
      const secure = new URL(url).protocol === 'https:';
      const request = secure
        ? httpsRequest(url, { ...options, agent: this.https })
        : httpRequest(url, { ...options, agent: this.http });
      limitTime(request);
      request.on('error', reject);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
        );
      });
      request.end(bytes);
    });
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

/** The 3 s begin when a connection is there: waiting for one is this machine's doing, not the receiver's. */
function limitTime(request: ClientRequest): void {
  request.once('socket', () => {
    const tooLate = () => request.destroy(new Error(`no answer within ${ANSWER_WITHIN_MS} ms`));
    const timer = setTimeout(tooLate, ANSWER_WITHIN_MS);
    timer.unref();
    request.once('close', () => clearTimeout(timer));
  });
}

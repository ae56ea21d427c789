import { Webhook } from 'standardwebhooks';
import type { Post } from './post';

/** What is told, as it stands in the request's body. */
export interface PushContent {
  readonly type: string;
  /** when it came to be so, in ISO */
  readonly timestamp: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Signing {
  /** the same at every try, by which a receiver knows what it has had already */
  readonly id: string;
  /** each signs; a receiver that knows one of them is content */
  readonly secrets: readonly string[];
  readonly now: Date;
}

const SECOND_MS = 1_000;

/** A request as https://www.standardwebhooks.com has it. */
export function signedPost(url: string, content: PushContent, { id, secrets, now }: Signing): Post {
  const body = JSON.stringify(content);
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'DreamCrowd-Live',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / SECOND_MS)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, now, body)).join(' '),
    },
  };
}

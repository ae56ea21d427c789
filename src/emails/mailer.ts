import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';
import type { Config } from '../config/loadConfig';

export interface ComposedMail {
  readonly from: string;
  readonly to: string;
  /** The whole message, headers and body, as it goes over the wire. */
  readonly raw: Buffer;
}

export interface Mailer {
  /**
   * Sends one mail to one recipient. `beforeFinalDot` is awaited after the last byte and before the dot that hands the
   * mail over (RFC 5321 §4.1.1.4), so what it records is known even if we die in between.
   *
   * @throws MailRefused when the server said no, MailUnclear when it said nothing
   */
  send(mail: ComposedMail, beforeFinalDot: () => Promise<void>): Promise<void>;
  verify(): Promise<void>;
  close(): void;
}

/**
 * A definite answer of the mail server: temporary (4xx, worth another try) or permanent (5xx). One that is not about the
 * mail, such as a refused login or sender, says nothing of its recipient, and meets the next mail as well.
 */
export class MailRefused extends Error {
  override readonly name = 'MailRefused';

  constructor(
    readonly responseCode: number,
    readonly aboutMail = true,
    /** Refused was the connection or the login: whoever only greets meets it as well. */
    readonly atTheDoor = false,
  ) {
    super(`The mail server refused with ${responseCode}`);
  }

  get permanent(): boolean {
    return this.aboutMail && this.responseCode >= 500;
  }
}

/** The connection was lost or never made; whether the mail went out depends on how far it had come. */
export class MailUnclear extends Error {
  override readonly name = 'MailUnclear';

  /** @param fellSilent The server had greeted us: whoever only greets may find it well. */
  constructor(readonly fellSilent: boolean) {
    super('The mail server gave no answer');
  }
}

export const MAIL_CONNECTIONS = 5;

/** nodemailer's own time-outs are minutes; ours add up to less than any activity's. */
const TIMEOUTS_MS = { dnsTimeout: 4_000, connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000 };

export function createMailer({ smtp }: Config): Mailer {
  const transport = createTransport({
    pool: true,
    maxConnections: MAIL_CONNECTIONS,
    // Repeating is the ledger's decision, never the pool's.
    maxRequeues: 0,
    host: smtp.host,
    port: smtp.port,
    secure: smtp.secure,
    ...(smtp.user === undefined ? {} : { auth: { user: smtp.user, pass: smtp.password ?? '' } }),
    ...TIMEOUTS_MS,
  });
  return {
    send: async ({ from, to, raw }, beforeFinalDot) => {
      try {
        await transport.sendMail({
          envelope: { from, to: [to] },
          raw: Readable.from(thenConfirm(raw, beforeFinalDot)),
        });
      } catch (error) {
        throw typedError(error);
      }
    },
    verify: async () => {
      await transport.verify();
    },
    close: () => transport.close(),
  };
}

/** The dot follows the end of the stream, so a stream that ends late holds it back. */
async function* thenConfirm(raw: Buffer, beforeFinalDot: () => Promise<void>): AsyncGenerator<Buffer> {
  yield raw;
  await beforeFinalDot();
}

function typedError(error: unknown): Error {
  if (typeof error === 'object' && error !== null && 'responseCode' in error) {
    const { responseCode } = error;
    const code = 'code' in error ? error.code : undefined;
    const command = 'command' in error ? error.command : undefined;
    const response = 'response' in error ? String(error.response) : '';
    if (typeof responseCode === 'number' && responseCode >= 400) {
      // nodemailer tells a connection closed with 421 in the same way whatever was under way; a try of our own may pass.
      const atTheDoor = !MAIL_CODES.includes(code) && responseCode !== CLOSING;
      const aboutMail = !atTheDoor && isAboutMail({ command, responseCode, response });
      return new MailRefused(responseCode, aboutMail, atTheDoor);
    }
  }
  return new MailUnclear(isTimeoutAfterGreeting(error));
}

/** Connecting and the greeting have time-outs of their own. */
function isTimeoutAfterGreeting(error: unknown): boolean {
  return error instanceof Error && 'timeoutType' in error && error.timeoutType === 'SOCKET_TIMEOUT';
}

/** What nodemailer calls otherwise is the answer to a connection or a login. */
const MAIL_CODES: readonly unknown[] = ['EENVELOPE', 'EMESSAGE'];
/** The server closes the connection, whatever it was asked. */
const CLOSING = 421;
/** 530: it wants a login first. */
const ABOUT_US = [CLOSING, 530];
/**
 * A sender that may not send is refused by many servers at the recipient or at the final dot only: as RFC 3463 has it (5.1.7,
 * 5.1.8), as Exchange does (5.7.60), or in the words of Postfix, Amazon SES and SendGrid.
 */
const OUR_SENDER =
  /\b5\.(1\.[78]|7\.60)\b|sender address rejected|relay access denied|address is not verified|verified sender identity/i;
/** To a sender: the mail is too large. */
const TOO_LARGE = 552;

interface Answer {
  readonly command: unknown;
  readonly responseCode: number;
  readonly response: string;
}

/** Every mail of ours has the same sender. */
function isAboutMail({ command, responseCode, response }: Answer): boolean {
  if (command === 'MAIL FROM') return responseCode === TOO_LARGE;
  return !ABOUT_US.includes(responseCode) && !OUR_SENDER.test(response);
}

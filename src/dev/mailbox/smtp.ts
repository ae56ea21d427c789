import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Faults } from './faults';
import type { Envelope } from './messages';

const LOOPBACK = '127.0.0.1';
const MAX_MESSAGE_BYTES = 25 * 1024 * 1024;
const CLOSE_TIMEOUT_MS = 200;

type Store = (source: Buffer, envelope: Envelope) => Promise<void>;

/** The SMTP side: takes everything from anybody on this machine, except where a fault says otherwise. */
export class SmtpReceiver {
  readonly #sockets = new Map<number, Socket>();
  #server: SMTPServer | undefined;

  constructor(
    private readonly faults: Faults,
    private readonly store: Store,
  ) {}

  /** @returns the port it listens on */
  async listen(port: number): Promise<number> {
    const server = this.#createServer();
    const listening = server.listen(port, LOOPBACK);
    listening.on('connection', (socket) => this.#remember(socket));
    await once(listening, 'listening');
    // A client that vanishes in the middle of a message is its own trouble.
    server.on('error', () => undefined);
    this.#server = server;
    return (listening.address() as AddressInfo).port;
  }

  /** Stops listening and breaks every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of this.#sockets.values()) socket.destroy();
    await closed;
  }

  get isListening(): boolean {
    return this.#server !== undefined;
  }

  #createServer(): SMTPServer {
    return new SMTPServer({
      name: 'dreamcrowd-mailbox',
      disabledCommands: ['STARTTLS'],
      authOptional: true,
      allowInsecureAuth: true,
      disableReverseLookup: true,
      size: MAX_MESSAGE_BYTES,
      closeTimeout: CLOSE_TIMEOUT_MS,
      logger: false,
      onAuth: (auth, _session, callback) => callback(null, { user: auth.username ?? 'anybody' }),
      onConnect: (_session, callback) => {
        callback(this.faults.take('busy') ? refusal(421, 'Too busy; try again later') : null);
      },
      onRcptTo: ({ address }, _session, callback) => callback(this.#refuseRecipient(address)),
      onData: (stream, session, callback) => {
        this.#receive(stream, session).then(
          () => callback(null, 'Kept in the mailbox'),
          (error: unknown) => callback(error instanceof Error ? error : new Error(String(error))),
        );
      },
    });
  }

  #remember(socket: Socket): void {
    const { remotePort } = socket;
    if (remotePort === undefined) return;
    this.#sockets.set(remotePort, socket);
    socket.once('close', () => this.#sockets.delete(remotePort));
  }

  #refuseRecipient(address: string): Error | null {
    if (this.faults.take('refuse', [address])) return refusal(550, `5.1.1 No such mailbox: ${address}`);
    if (this.faults.take('greylist', [address])) return refusal(451, '4.7.1 Greylisted; try again later');
    return null;
  }

  async #receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const source = await buffer(stream);
    if (stream.sizeExceeded) throw refusal(552, '5.3.4 The message is too large');
    const { mailFrom, rcptTo } = session.envelope;
    const recipients = rcptTo.map(({ address }) => address);
    const drop = this.faults.take('drop', recipients);
    if (drop?.stored !== false) {
      await this.store(source, { from: mailFrom ? mailFrom.address : '', recipients });
    }
    if (drop) this.#sockets.get(session.remotePort)?.destroy();
    const slow = this.faults.take('slow');
    if (slow) await sleep(slow.ms);
  }
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { Faults, faultSchema, type Fault } from './faults';
import { Messages, type Message } from './messages';
import { SmtpReceiver } from './smtp';
import { createMailboxApp } from './web/app';

export interface MailboxOptions {
  /** 0, like none, takes a free port. */
  readonly smtpPort?: number;
  readonly webPort?: number;
  /** Where mail is kept from one start to the next; in memory only when absent. */
  readonly dir?: string;
}

export interface Mailbox {
  readonly smtpPort: number;
  readonly url: string;
  /** In the order they came. */
  messages(): Message[];
  count(): number;
  /** Resolves once it is in force. */
  addFault(fault: Fault): Promise<void>;
  clearFaults(): Promise<void>;
  clear(): void;
  close(): Promise<void>;
}

const LOOPBACK = '127.0.0.1';

/** A mail server for trying things out: takes every mail and delivers none; people read them on its page. */
export async function startMailbox({
  smtpPort: wantedPort = 0,
  webPort = 0,
  dir,
}: MailboxOptions = {}): Promise<Mailbox> {
  const faults = new Faults();
  const messages = await Messages.open(dir);
  const smtp = new SmtpReceiver(faults, (source, envelope) => messages.add(source, envelope));
  const smtpPort = await smtp.listen(wantedPort);
  const down = createDownSwitch(smtp, smtpPort);

  const control = {
    list: () => faults.list(),
    add: async (fault: Fault): Promise<void> => {
      const parsed = faultSchema.parse(fault);
      faults.add(parsed);
      if (parsed.kind === 'down') await down.on(parsed.ms);
    },
    clear: async (): Promise<void> => {
      faults.clear();
      await down.off();
    },
  };

  const server = createMailboxApp(messages, control).listen(webPort, LOOPBACK);
  await once(server, 'listening');
  return {
    smtpPort,
    url: `http://${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    messages: () => messages.list(),
    count: () => messages.list().length,
    addFault: control.add,
    clearFaults: control.clear,
    clear: () => messages.clear(),
    close: async () => {
      down.cancel();
      await Promise.all([smtp.close(), closeServer(server)]);
    },
  };
}

/** The mail server's on and off switch, on again by itself after a time if one is given. */
function createDownSwitch(smtp: SmtpReceiver, port: number) {
  let timer: NodeJS.Timeout | undefined;
  const off = async (): Promise<void> => {
    clearTimeout(timer);
    if (!smtp.isListening) await smtp.listen(port);
  };
  return {
    on: async (ms: number | undefined): Promise<void> => {
      clearTimeout(timer);
      await smtp.close();
      if (ms !== undefined) timer = setTimeout(() => void off(), ms);
    },
    off,
    cancel: () => clearTimeout(timer),
  };
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

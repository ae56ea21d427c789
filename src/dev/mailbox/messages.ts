import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { simpleParser } from 'mailparser';
import { z } from 'zod';

export interface Message {
  readonly id: string;
  readonly from: string;
  /** The addresses it was delivered to, comma separated. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** ISO 8601, UTC */
  readonly receivedAt: string;
  readonly attachments: readonly { readonly filename: string; readonly contentType: string; readonly size: number }[];
}

export interface Envelope {
  readonly from: string;
  readonly recipients: readonly string[];
}

const envelopeSchema = z.object({
  from: z.string(),
  recipients: z.array(z.string()),
  receivedAt: z.iso.datetime(),
});

/** Older ones make room; a mailbox for trying things out is no archive. */
const KEPT = 5_000;

/** Received mail, in memory, and as files where a folder is given: `ID.eml` as it came, `ID.json` with its envelope. */
export class Messages {
  readonly #messages = new Map<string, { message: Message; source: Buffer }>();

  private constructor(private readonly folder: string | undefined) {}

  static async open(folder: string | undefined): Promise<Messages> {
    const messages = new Messages(folder);
    if (folder) await messages.#load(folder);
    return messages;
  }

  async add(source: Buffer, envelope: Envelope): Promise<void> {
    const receivedAt = new Date().toISOString();
    const id = `${receivedAt.replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`;
    if (this.folder) {
      writeFileSync(this.#file(id, 'json'), JSON.stringify({ ...envelope, receivedAt }));
      writeFileSync(this.#file(id, 'eml'), source);
    }
    this.#messages.set(id, { message: await parse(id, source, { ...envelope, receivedAt }), source });
    const [oldest] = this.#messages.keys();
    if (this.#messages.size > KEPT && oldest) this.remove(oldest);
  }

  /** In the order they came. */
  list(): Message[] {
    return [...this.#messages.values()].map(({ message }) => message);
  }

  find(id: string): Message | undefined {
    return this.#messages.get(id)?.message;
  }

  /** The message as it came over the wire. */
  source(id: string): Buffer | undefined {
    return this.#messages.get(id)?.source;
  }

  remove(id: string): boolean {
    if (this.folder) for (const ending of ['eml', 'json'] as const) rmSync(this.#file(id, ending), { force: true });
    return this.#messages.delete(id);
  }

  clear(): void {
    for (const id of [...this.#messages.keys()]) this.remove(id);
  }

  async #load(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true });
    const ids = readdirSync(folder).filter((file) => file.endsWith('.eml'));
    for (const id of ids.map((file) => path.parse(file).name).sort()) {
      if (!existsSync(this.#file(id, 'json'))) continue;
      const envelope = envelopeSchema.parse(JSON.parse(readFileSync(this.#file(id, 'json'), 'utf8')));
      const source = readFileSync(this.#file(id, 'eml'));
      this.#messages.set(id, { message: await parse(id, source, envelope), source });
    }
  }

  #file(id: string, ending: 'eml' | 'json'): string {
    return path.join(this.folder ?? '', `${id}.${ending}`);
  }
}

async function parse(id: string, source: Buffer, envelope: Envelope & { receivedAt: string }): Promise<Message> {
  const mail = await simpleParser(source);
  return {
    id,
    from: mail.from?.text ?? envelope.from,
    to: envelope.recipients.join(', '),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html || '',
    messageId: mail.messageId ?? '',
    receivedAt: envelope.receivedAt,
    attachments: mail.attachments.map(({ filename, contentType, size }) => ({
      filename: filename ?? 'unnamed',
      contentType,
      size,
    })),
  };
}

import { z } from 'zod';
import { startMailbox } from './server';

const optionsSchema = z.object({
  smtpPort: z.number().int().default(0),
  webPort: z.number().int().default(0),
  dir: z.string().min(1),
});

/** Run as `node --import tsx src/dev/mailbox/main.ts '<options as JSON>'`; prints `{"url":…,"smtpPort":…}` once it listens. */
async function main(argument: string | undefined): Promise<void> {
  const mailbox = await startMailbox(optionsSchema.parse(JSON.parse(argument ?? '{}')));
  process.stdout.write(`${JSON.stringify({ url: mailbox.url, smtpPort: mailbox.smtpPort })}\n`);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void mailbox.close().then(() => process.exit(0)));
  }
}

main(process.argv[2]).catch((error: unknown) => {
  process.stderr.write(`The mailbox could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

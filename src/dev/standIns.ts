import path from 'node:path';
import { z } from 'zod';
import { waitUntilReady, type RunningProcess } from './processes';
import type { DevSecrets } from './secrets';
import { PROJECT, type Session } from './session';

const mailboxAnswer = z.object({ url: z.url(), smtpPort: z.number() });
const zoomAnswer = z.object({ url: z.url() });

export interface MailboxAddress {
  readonly url: string;
  readonly smtpPort: number;
}

/** The mailbox, unless a real mail server was given. */
export async function startMailboxProcess(
  session: Session,
  ports: { readonly smtp: number; readonly mailbox: number },
): Promise<MailboxAddress | undefined> {
  if (session.environment.given['SMTP_HOST']) return undefined;
  return session.steps.step(
    'mailbox',
    () => {
      const options = { smtpPort: ports.smtp, webPort: ports.mailbox, dir: path.join(session.folder, 'mailbox') };
      const running = startWithOptions(session, 'mailbox', 'src/dev/mailbox/main.ts', options);
      return waitUntilReady(running, () => findAnswer(running.log(), mailboxAnswer));
    },
    ({ smtpPort }) => `SMTP on port ${smtpPort}`,
  );
}

/** The Zoom stand-in, unless a real Zoom app was given. */
export async function startZoomProcess(
  session: Session,
  ports: { readonly zoom: number; readonly web: number },
  secrets: DevSecrets,
): Promise<string | undefined> {
  const { given } = session.environment;
  if (given['ZOOM_CLIENT_ID']) return undefined;
  const local = `http://127.0.0.1:${ports.web}`;
  const options = {
    port: ports.zoom,
    statePath: path.join(session.folder, 'zoom.json'),
    app: {
      clientId: secrets.zoomClientId,
      clientSecret: secrets.zoomClientSecret,
      redirectUris: [`${given['APP_URL'] ?? local}/teacher/zoom/callback`],
      webhookUrl: `${local}/api/zoom/webhook`,
      webhookSecret: secrets.zoomWebhookSecret,
    },
  };
  return session.steps.step('Zoom stand-in', async () => {
    const running = startWithOptions(session, 'zoom', 'src/dev/zoom/main.ts', options);
    return (await waitUntilReady(running, () => findAnswer(running.log(), zoomAnswer))).url;
  });
}

/** The first line of a log that is JSON of the given shape. */
export function findAnswer<T>(log: string, schema: z.ZodType<T>): T | undefined {
  for (const line of log.split('\n')) {
    const parsed = schema.safeParse(jsonOf(line));
    if (parsed.success) return parsed.data;
  }
  return undefined;
}

/** A log holds other lines too, and its last may be half written. */
function jsonOf(line: string): unknown {
  try {
    return line.startsWith('{') ? JSON.parse(line) : undefined;
  } catch {
    return undefined;
  }
}

function startWithOptions(session: Session, name: string, script: string, options: object): RunningProcess {
  return session.processes.spawn({
    name,
    command: process.execPath,
    args: ['--import', 'tsx', path.join(PROJECT, script), JSON.stringify(options)],
    env: session.environment.inherited,
    cwd: PROJECT,
  });
}

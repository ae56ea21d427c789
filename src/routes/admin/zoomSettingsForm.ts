import { z } from 'zod';
import type { ZoomSettingsInput } from '../../commands/saveZoomSettings';
import type { Config } from '../../config/loadConfig';
import { line } from '../../middlewares/validate';
import { defaultRedirectUri } from '../../queries/findZoomSettings';
import { isAllowedZoomUrl } from '../../zoom/hosts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
const WITHOUT_SPACES = /^[\x21-\x7e]*$/;

const secret = line(255).pipe(z.string().regex(WITHOUT_SPACES, 'Enter it as Zoom shows it, without any spaces.'));

/** The form's fields as a command takes them; what is left empty means the default, or what is saved. */
export function zoomSettingsSchema(config: Config) {
  const usual = defaultRedirectUri(config);
  return z.object({
    // Whatever is odd about it, it is not the version that is saved.
    version: z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number)
      .catch(-1),
    clientId: line(128).pipe(
      z
        .string()
        .min(1, 'Enter the client id of your Zoom app.')
        .regex(WITHOUT_SPACES, 'Enter it as Zoom shows it, without any spaces.'),
    ),
    clientSecret: secret,
    redirectUri: line(500)
      .transform((text) => text || usual)
      .refine(isRedirectAddress, 'Enter an address such as https://live.example.com/teacher/zoom/callback.')
      .refine(isSafe, 'It must begin with https://, unless it is on this machine.')
      .transform((text) => (text === usual ? null : text)),
    accountId: line(64)
      .refine((text) => /^[\w-]*$/.test(text), 'A Zoom account id has only letters, digits, - and _.')
      .transform((text) => text || null),
    baseUrl: line(255)
      .transform((text) => text.replace(/\/+$/, '') || config.zoom.apiUrl)
      .refine(
        (text) => isAllowedZoomUrl(config, text),
        `Only these hosts are allowed: ${config.zoom.allowedHosts.join(', ')}. Zoom’s own is https://api.zoom.us/v2.`,
      )
      .refine((text) => /\/v2$/.test(text), 'It must end in /v2, such as https://api.zoom.us/v2.'),
    webhookSecret: secret,
  });
}

/** What waits for a confirmation, as it comes out of the session. */
export const draftSchema: z.ZodType<ZoomSettingsInput> = z.object({
  version: z.number(),
  clientId: z.string(),
  clientSecret: z.string(),
  redirectUri: z.string().nullable(),
  accountId: z.string().nullable(),
  baseUrl: z.string(),
  webhookSecret: z.string(),
});

function isRedirectAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hash } = new URL(text);
  return /^https?:$/.test(protocol) && !username && !password && !hash;
}

/** Zoom takes plain http only for the machine itself. */
function isSafe(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { protocol, hostname } = new URL(text);
  return protocol !== 'http:' || LOOPBACK.includes(hostname);
}

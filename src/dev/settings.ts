import type { DevEnvironment } from '../config/devEnvironment';
import type { DevSecrets } from './secrets';

export interface Surroundings {
  readonly webPort: number;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUi: string | undefined;
  /** Absent when mails go out for real. */
  readonly smtpPort: number | undefined;
  /** The stand-in's address; absent when the real Zoom is used. */
  readonly zoom: string | undefined;
}

/** The settings of web, worker and commands: what was given, and for the rest what suits this machine. */
export function developmentSettings(
  { given }: Pick<DevEnvironment, 'given'>,
  secrets: DevSecrets,
  around: Surroundings,
): Record<string, string> {
  const zoom = around.zoom
    ? {
        ZOOM_OAUTH_URL: around.zoom,
        ZOOM_API_URL: `${around.zoom}/v2`,
        ZOOM_ALLOWED_HOSTS: '127.0.0.1',
        ZOOM_CLIENT_ID: secrets.zoomClientId,
        ZOOM_CLIENT_SECRET: secrets.zoomClientSecret,
        ZOOM_WEBHOOK_SECRET: secrets.zoomWebhookSecret,
      }
    : {};
  const smtp: Record<string, string> =
    around.smtpPort === undefined
      ? {}
      : { SMTP_HOST: '127.0.0.1', SMTP_PORT: `${around.smtpPort}`, SMTP_SECURE: 'false' };
  return {
    LOG_LEVEL: 'info',
    APP_URL: `http://127.0.0.1:${around.webPort}`,
    HOST: '127.0.0.1',
    ENCRYPTION_KEYS: secrets.encryptionKeys,
    SIGNING_KEYS: secrets.signingKeys,
    MAIL_FROM_ADDRESS: 'classes@dreamcrowd.example',
    MAIL_FROM_NAME: 'DreamCrowd Live',
    SUPPORT_EMAIL: 'support@dreamcrowd.example',
    ...(around.temporalUi ? { TEMPORAL_UI_URL: around.temporalUi } : {}),
    ...given,
    // Below is what the launcher itself has settled, from what was given.
    NODE_ENV: 'development',
    PORT: `${around.webPort}`,
    DATABASE_URL: around.databaseUrl,
    TEMPORAL_ADDRESS: around.temporalAddress,
    ...smtp,
    ...zoom,
  };
}

import type { Sequelize } from 'sequelize';
import type { Config } from './config/loadConfig';
import { openDatabase } from './db/connection';
import type { Clock } from './domain/clock';
import { createMailer, type Mailer } from './emails/mailer';
import { defineModels } from './models';
import { createLogger, type Logger } from './observability/logger';
import { Encryption } from './security/encryption';
import { SigningKeys } from './security/keyRing';
import { createTemporal, type Temporal } from './temporal/temporal';
import { createZoomClient, type ZoomClient } from './zoom/client';

/** Everything the application works with; built once an entry point, handed down as an argument. */
export interface Deps {
  readonly config: Config;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly db: Sequelize;
  readonly encryption: Encryption;
  readonly signingKeys: SigningKeys;
  readonly zoom: ZoomClient;
  readonly mailer: Mailer;
  readonly temporal: Temporal;
}

/** No statement of ours takes as long: locks are waited for for ten seconds. */
const DATABASE_SILENCE_MS = 60_000;

/** The composition root. Nothing connects before it is first used. */
export function createDeps(config: Config, logger: Logger = createLogger(config.logLevel)): Deps {
  const clock: Clock = { now: () => new Date() };
  const db = openDatabase({ ...config.database, silenceMs: DATABASE_SILENCE_MS });
  defineModels(db);
  const encryption = new Encryption(config.encryptionKeys);
  const signingKeys = new SigningKeys(config.signingKeys);
  const temporal = createTemporal(config, logger);
  const zoom = createZoomClient({ config, db, encryption, clock, logger, temporal });
  return {
    config,
    logger,
    clock,
    db,
    encryption,
    signingKeys,
    zoom,
    mailer: createMailer(config),
    temporal,
  };
}

export async function closeDeps(deps: Deps): Promise<void> {
  deps.mailer.close();
  await deps.temporal.close();
  await deps.db.close();
}

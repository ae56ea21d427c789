import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';

const secretsSchema = z.object({
  databasePassword: z.string().min(16),
  databaseRootPassword: z.string().min(16),
  encryptionKeys: z.string().min(32),
  signingKeys: z.string().min(32),
  zoomClientId: z.string().min(8),
  zoomClientSecret: z.string().min(16),
  zoomWebhookSecret: z.string().min(16),
});

export type DevSecrets = z.infer<typeof secretsSchema>;

/** Made once a folder and kept there, readable by its owner only. */
export function keepSecrets(file: string): DevSecrets {
  if (existsSync(file)) return secretsSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const secrets: DevSecrets = {
    databasePassword: randomBytes(18).toString('hex'),
    databaseRootPassword: randomBytes(18).toString('hex'),
    encryptionKeys: `dev1:${randomBytes(32).toString('base64')}`,
    signingKeys: `dev1:${randomBytes(32).toString('base64')}`,
    zoomClientId: `dev_${randomBytes(9).toString('hex')}`,
    zoomClientSecret: randomBytes(24).toString('hex'),
    zoomWebhookSecret: randomBytes(18).toString('hex'),
  };
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  return secrets;
}

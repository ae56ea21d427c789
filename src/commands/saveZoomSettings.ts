import type { Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AppError, FieldErrors } from '../errors';
import { Incident } from '../models/Incident';
import { User } from '../models/User';
import { ZoomConnection } from '../models/ZoomConnection';
import type { ZoomSetting } from '../models/ZoomSetting';
import { settingPlace } from '../queries/findZoomSettings';
import { readZoomSettings, type SavedZoomSettings } from '../queries/readZoomSettings';
import { addToOutbox, deliverOutbox } from '../temporal/outbox';
import { dropConnectionsOfFormerApp } from './dropConnectionsOfFormerApp';
import { incidentKey } from './openIncident';
import { saveFirstZoomSettings } from './saveFirstZoomSettings';
import { writeAudit, type AuditOrigin } from './writeAudit';

export interface ZoomSettingsInput {
  /** of the row that the form was filled from */
  readonly version: number;
  readonly clientId: string;
  /** '' leaves the saved one */
  readonly clientSecret: string;
  /** null: the default */
  readonly redirectUri: string | null;
  readonly accountId: string | null;
  readonly baseUrl: string;
  /** '' leaves the saved one; another one moves the saved one to "previous" */
  readonly webhookSecret: string;
}

/** Another client id is another app: every teacher's consent was given to the former one. */
export class ClientChangeUnconfirmed extends AppError {
  constructor() {
    super(409, 'client_change_unconfirmed', 'Changing the client id disconnects teachers, so it must be confirmed.');
  }
}

type Columns = Partial<ReturnType<ZoomSetting['get']>>;

interface Change {
  /** as the audit row names it */
  readonly field: string;
  readonly columns: Columns;
}

const OF_THE_APP = ['client_id', 'client_secret', 'redirect_uri'];

/**
 * Saves what differs, one admin at a time.
 *
 * @returns the names of the fields that changed, and how many teachers must connect again
 * @throws FieldErrors also when somebody else has saved since the form was filled; ClientChangeUnconfirmed
 */
export async function saveZoomSettings(
  deps: Deps,
  input: ZoomSettingsInput,
  origin: AuditOrigin,
  { clientChangeConfirmed = false } = {},
): Promise<{ fields: string[]; disconnected: number }> {
  await saveFirstZoomSettings(deps);
  const { outboxIds, ...saved } = await save(deps, input, origin, clientChangeConfirmed);
  await deliverOutbox(deps, ...outboxIds);
  return saved;
}

function save(deps: Deps, input: ZoomSettingsInput, origin: AuditOrigin, clientChangeConfirmed: boolean) {
  return inTransaction(deps.db, async (transaction) => {
    const saved = await readZoomSettings(deps, transaction);
    if (!saved.row) throw new Error('The settings row has gone.');
    if (saved.row.version !== input.version) throw await savedMeanwhile(saved.row, transaction);
    checkSecret(saved, input);
    const changes = changesOf(deps, saved, input);
    const fields = changes.map(({ field }) => field);
    if (fields.length === 0) return { fields, disconnected: 0, outboxIds: [] };
    const otherApp = fields.includes('client_id') && saved.clientId !== null;
    if (otherApp && !clientChangeConfirmed && (await someConnected(transaction))) throw new ClientChangeUnconfirmed();
    const { disconnected, outboxIds } = otherApp
      ? await dropConnectionsOfFormerApp(deps, origin, transaction)
      : { disconnected: 0, outboxIds: [] };
    await saved.row.update(columnsOf(deps, saved.row, changes, origin), { transaction });
    const metadata = { fields: fields.join(','), ...(otherApp ? { disconnected } : {}) };
    await writeAudit(deps, origin, { action: 'settings_updated', metadata }, transaction);
    return { fields, disconnected, outboxIds: [...outboxIds, ...(await hintIncident(transaction))] };
  });
}

/** Wrong credentials may be right now: whoever looks for that waits for no more than a minute since they were last met. */
async function hintIncident(transaction: Transaction): Promise<number[]> {
  const open = await Incident.findOne({ where: { openKey: incidentKey({ cause: 'zoom_credentials' }) }, transaction });
  return open ? [await addToOutbox({ incidentId: open.id }, 'settings saved', transaction)] : [];
}

/** Ends a rotation: webhooks signed with the previous secret are refused from now on. */
export async function endWebhookRotation(deps: Deps, origin: AuditOrigin): Promise<void> {
  await inTransaction(deps.db, async (transaction) => {
    const { row } = await readZoomSettings(deps, transaction);
    if (!row?.previousWebhookSecretEncrypted) return;
    const change = { field: 'previous_webhook_secret', columns: { previousWebhookSecretEncrypted: null } };
    await row.update(columnsOf(deps, row, [change], origin), { transaction });
    await writeAudit(deps, origin, { action: 'settings_updated', metadata: { fields: change.field } }, transaction);
  });
}

async function savedMeanwhile({ updatedBy }: ZoomSetting, transaction: Transaction): Promise<FieldErrors> {
  const other = updatedBy === null ? null : await User.findByPk(updatedBy, { transaction });
  const who = other?.fullName ?? 'Somebody else';
  const message = `${who} saved these settings while you had them open. What you typed is still here, without the secrets; what is saved now stands beside it. Check it and save again.`;
  return new FieldErrors([{ field: 'version', message }]);
}

function checkSecret({ clientSecret }: SavedZoomSettings, input: ZoomSettingsInput): void {
  if (clientSecret !== null || input.clientSecret !== '') return;
  throw new FieldErrors([{ field: 'clientSecret', message: 'Enter the client secret; none is saved yet.' }]);
}

async function someConnected(transaction: Transaction): Promise<boolean> {
  return (await ZoomConnection.count({ where: { state: 'connected' }, transaction })) > 0;
}

type Seal = (column: string, value: string) => string;

function changesOf({ encryption }: Deps, saved: SavedZoomSettings, input: ZoomSettingsInput): Change[] {
  const { row } = saved;
  const seal: Seal = (column, value) => encryption.encrypt(value, settingPlace(column));
  const changes: Change[] = [];
  const note = (field: string, columns: Columns) => changes.push({ field, columns });
  if (input.clientId !== saved.clientId) {
    note('client_id', { clientIdEncrypted: seal('client_id_encrypted', input.clientId) });
  }
  if (isNew(input.clientSecret, saved.clientSecret)) {
    note('client_secret', { clientSecretEncrypted: seal('client_secret_encrypted', input.clientSecret) });
  }
  if (input.redirectUri !== row?.redirectUri) note('redirect_uri', { redirectUri: input.redirectUri });
  if (input.accountId !== row?.accountId) note('account_id', { accountId: input.accountId });
  if (input.baseUrl !== row?.baseUrl) note('base_url', { baseUrl: input.baseUrl });
  if (isNew(input.webhookSecret, saved.webhookSecret)) {
    note('webhook_secret', rotated(seal, input.webhookSecret, saved.webhookSecret));
  }
  return changes;
}

function isNew(typed: string, saved: string | null): boolean {
  return typed !== '' && typed !== saved;
}

/** A text belongs to its column, so the former secret is encrypted anew. */
function rotated(seal: Seal, secret: string, former: string | null): Columns {
  return {
    webhookSecretEncrypted: seal('webhook_secret_encrypted', secret),
    previousWebhookSecretEncrypted: former === null ? null : seal('previous_webhook_secret_encrypted', former),
  };
}

function columnsOf({ clock }: Deps, row: ZoomSetting, changes: readonly Change[], { userId }: AuditOrigin): Columns {
  const now = clock.now();
  const has = (names: readonly string[]) => changes.some(({ field }) => names.includes(field));
  return {
    ...changes.reduce<Columns>((all, { columns }) => ({ ...all, ...columns }), {}),
    ...(has(OF_THE_APP) ? { appSavedAt: now } : {}),
    ...(has(['webhook_secret']) ? { webhookSecretSavedAt: now } : {}),
    version: row.version + 1,
    updatedBy: userId,
  };
}

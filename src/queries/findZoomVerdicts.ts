import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes, later } from '../domain/clock';
import { LOOK_AT_SUBSCRIPTION, type DatedFinding, type Verdict } from '../domain/zoomVerdicts';
import { WebhookEvent } from '../models/WebhookEvent';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import type { AuditAction } from '../domain/auditActions';
import { ZoomCheck } from '../models/ZoomCheck';
import { ZoomConnection } from '../models/ZoomConnection';
import type { SigningKeys } from '../security/keyRing';
import type { ZoomApp } from '../zoom/oauth';
import { missingScopes } from '../zoom/scopes';
import { findUnheardClasses } from './findUnheardClasses';
import { defaultRedirectUri } from './findZoomSettings';
import { readZoomSettings, type SavedZoomSettings } from './readZoomSettings';

export interface WebhookWords {
  readonly lastEvent: { readonly name: string; readonly at: Date } | null;
  readonly lastValidationAt: Date | null;
  /** of what was signed as Zoom signs; strangers who try the address do not */
  readonly lastRefusal: { readonly at: Date; readonly wrongTime: boolean } | null;
}

type TestedSubject = 'credentials' | 'redirect';

/** How the saved settings stand, as far as tests, teachers' connections and Zoom's webhooks have told. */
export async function findZoomVerdicts(
  deps: Pick<Deps, 'clock' | 'config' | 'db' | 'encryption' | 'signingKeys'>,
): Promise<{ verdicts: DatedFinding[]; webhook: WebhookWords }> {
  const [saved, connections, webhook] = await Promise.all([
    readZoomSettings(deps),
    ZoomConnection.findAll({ attributes: ['state', 'stateReason', 'scopes', 'refreshedAt', 'connectedAt'] }),
    findWebhookWords(),
  ]);
  const since = saved.row?.appSavedAt ?? saved.row?.createdAt ?? new Date(0);
  const connected = connections.filter(({ state }) => state === 'connected');
  const proofs = {
    credentials: latest(connected.map(({ refreshedAt }) => refreshedAt)),
    redirect: latest(connected.map(({ connectedAt }) => connectedAt)),
  };
  const tested = (subject: TestedSubject) => findTested(deps, saved, subject, notBefore(proofs[subject], since));
  const verdicts = [
    await tested('credentials'),
    await tested('redirect'),
    judgeScopes(connections),
    await judgeWebhook(deps, saved, webhook),
  ];
  return { verdicts, webhook };
}

/** What a verdict speaks for, without telling it: values that change make another hash. */
export function checkFingerprint(
  { signingKeys }: { signingKeys: SigningKeys },
  subject: TestedSubject,
  { oauthUrl, clientId, clientSecret, redirectUri }: ZoomApp,
): string {
  const values = [oauthUrl, clientId, subject === 'credentials' ? clientSecret : redirectUri];
  return signingKeys.sign('zoom-check', JSON.stringify([subject, ...values])).toString('hex');
}

async function findTested(
  deps: Pick<Deps, 'config' | 'signingKeys'>,
  saved: SavedZoomSettings,
  subject: TestedSubject,
  provenAt: Date | null,
): Promise<DatedFinding> {
  const app = savedApp(deps, saved);
  if (!app) return { subject, verdict: 'unknown', why: 'Enter the client id and the client secret.', at: null };
  const fingerprint = checkFingerprint(deps, subject, app);
  const check = await ZoomCheck.findOne({ where: { subject, fingerprint } });
  if (provenAt && (!check || check.checkedAt < provenAt)) {
    return { subject, verdict: 'passed', why: PROOF[subject], at: provenAt };
  }
  if (check) return { subject, verdict: check.verdict, why: check.why, at: check.checkedAt };
  return { subject, verdict: 'unknown', why: 'Not tested since it was saved. Press “Test connection”.', at: null };
}

const PROOF = {
  credentials: 'Zoom has made or renewed a teacher’s connection with them.',
  redirect: 'A teacher has connected by way of it.',
} as const;

/** null while something is missing */
export function savedApp(
  { config }: Pick<Deps, 'config'>,
  { row, clientId, clientSecret }: SavedZoomSettings,
): ZoomApp | null {
  if (clientId === null || clientSecret === null) return null;
  const redirectUri = row?.redirectUri ?? defaultRedirectUri(config);
  return { oauthUrl: config.zoom.oauthUrl, clientId, clientSecret, redirectUri };
}

function judgeScopes(connections: readonly ZoomConnection[]): DatedFinding {
  const connected = connections.filter(({ state }) => state === 'connected');
  const refused = connections.filter(({ stateReason }) => stateReason === 'scopes_missing');
  const at = latest([...connected, ...refused].map(({ refreshedAt }) => refreshedAt));
  const lacking = connected.map(({ scopes }) => missingScopes(scopes?.split(' ') ?? []).map(({ scope }) => scope));
  const names = [...new Set(lacking.flat())];
  const subject = 'scopes';
  if (names.length > 0) {
    const count = lacking.filter((missing) => missing.length > 0).length;
    const why = `${count} of ${connected.length} connections lack ${names.join(', ')}. Add what is missing to your Zoom app; then those teachers connect again.`;
    return { subject, verdict: 'failed', why, at };
  }
  if (refused.length > 0) {
    const why = `Zoom refused a call for want of a permission (${refused.length} of the connections). Compare the scopes of your Zoom app with the list below; then those teachers connect again.`;
    return { subject, verdict: 'failed', why, at };
  }
  if (connected.length === 0) {
    const why = 'Zoom tells the scopes only when a teacher connects, and none is connected now.';
    return { subject, verdict: 'unknown', why, at: null };
  }
  const why = `Every connection (${connected.length}) has all the scopes we need.`;
  return { subject, verdict: 'passed', why, at };
}

const WRONG_SIGNATURE =
  'The last request to the webhook address had a wrong signature. If it was Zoom’s, the secret here is not the one in your Zoom app: copy “Secret Token” again. (Strangers who try the address can look the same.)';
const WRONG_TIME =
  'The last request to the webhook address was signed with the right secret, but at another time than now. Look whether this server’s clock is right. If it is, these may be repeats that Zoom did not sign anew: widen ZOOM_WEBHOOK_WINDOW_SECONDS. (An old request that somebody sends again looks the same.)';
const UNHEARD = `A class has run, and Zoom told nothing of it, nor any event since. ${LOOK_AT_SUBSCRIPTION}`;
const SILENT = `Nothing has come from Zoom for more than four days, though it validates the address every three. ${LOOK_AT_SUBSCRIPTION}`;
const LONGEST_SILENCE_MINUTES = 4 * 24 * 60;
/** Far less than events are kept. */
const LATELY_MINUTES = 30 * 24 * 60;

async function judgeWebhook(
  deps: Pick<Deps, 'clock' | 'db'>,
  saved: SavedZoomSettings,
  words: WebhookWords,
): Promise<DatedFinding> {
  if (saved.webhookSecret === null) {
    return judged('failed', 'No webhook secret is saved, so everything Zoom sends is refused. Enter it below.', null);
  }
  const since = saved.row?.webhookSecretSavedAt ?? new Date(0);
  const good = notBefore(latest([words.lastEvent?.at, words.lastValidationAt]), since);
  const { lastRefusal } = words;
  if (lastRefusal && lastRefusal.at >= since && (!good || lastRefusal.at > good)) {
    return judged('failed', lastRefusal.wrongTime ? WRONG_TIME : WRONG_SIGNATURE, lastRefusal.at);
  }
  const heardAt = words.lastEvent && notBefore(words.lastEvent.at, since);
  return judgeSilence(deps, good, heardAt, saved);
}

/**
 * @param good when something last came that was signed right, since the secret was saved
 * @param heardAt when the last event came since then: an address that is validated may get no events all the same
 */
async function judgeSilence(
  { clock, db }: Pick<Deps, 'clock' | 'db'>,
  good: Date | null,
  heardAt: Date | null,
  { row }: SavedZoomSettings,
): Promise<DatedFinding> {
  const { lastLiveAt } = await findUnheardClasses(db, heardAt ?? toldFrom(row, clock.now()));
  if (lastLiveAt) return judged('failed', UNHEARD, lastLiveAt);
  if (good === null) {
    return judged('unknown', 'Nothing has come from Zoom since the secret was saved. Press “Validate” at Zoom.', null);
  }
  if (addMinutes(good, LONGEST_SILENCE_MINUTES) < clock.now()) return judged('failed', SILENT, good);
  return judged('passed', 'Zoom reaches us, and its signature is right.', good);
}

/** From when on classes that ran unheard count where no event is there: events are deleted in the end. */
function toldFrom(row: SavedZoomSettings['row'], now: Date): Date | null {
  const savedAt = row?.webhookSecretSavedAt ?? row?.createdAt ?? null;
  return savedAt && later(savedAt, addMinutes(now, -LATELY_MINUTES));
}

function judged(verdict: Verdict, why: string, at: Date | null): DatedFinding {
  return { subject: 'webhook', verdict, why, at };
}

async function findWebhookWords(): Promise<WebhookWords> {
  const [event, lastValidationAt, lastRefusal] = await Promise.all([
    WebhookEvent.findOne({ attributes: ['event', 'createdAt'], order: [['id', 'DESC']] }),
    lastAudit('webhook_url_validated'),
    findLastRefusal(),
  ]);
  return { lastEvent: event && { name: event.event, at: event.createdAt }, lastValidationAt, lastRefusal };
}

async function findLastRefusal(): Promise<WebhookWords['lastRefusal']> {
  const signed = { [Op.or]: [{ metadata: null }, { metadata: { [Op.notLike]: '%"not_signed"%' } }] };
  const where = { action: 'webhook_signature_failed', ...signed };
  const row = await ZoomAuditLog.findOne({ where, order: [['createdAt', 'DESC']] });
  return row && { at: row.createdAt, wrongTime: row.metadata?.includes('"wrong_time"') ?? false };
}

async function lastAudit(action: AuditAction): Promise<Date | null> {
  const row = await ZoomAuditLog.findOne({ where: { action }, order: [['createdAt', 'DESC']] });
  return row?.createdAt ?? null;
}

function latest(instants: readonly (Date | null | undefined)[]): Date | null {
  const known = instants.filter((at) => at instanceof Date).map((at) => at.getTime());
  return known.length === 0 ? null : new Date(Math.max(...known));
}

function notBefore(at: Date | null, since: Date): Date | null {
  return at && at >= since ? at : null;
}

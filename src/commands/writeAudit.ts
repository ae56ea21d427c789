import type { Transaction } from 'sequelize';
import type { AuditAction } from '../domain/auditActions';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { sealAudit } from '../security/auditSeal';
import type { SigningKeys } from '../security/keyRing';

/** Who did it and from where; all null for the system itself. */
export interface AuditOrigin {
  readonly userId: number | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The key of the program that did it, where a program did. */
  readonly apiKeyId?: number;
}

export const THE_SYSTEM: AuditOrigin = { userId: null, ipAddress: null, userAgent: null };

export interface AuditEntry {
  readonly action: AuditAction;
  readonly entity?: { readonly type: string; readonly id: number };
  /**
   * Ids, counts and reasons; never secrets, names or addresses, nor a hash by which one could be guessed: it is sealed, and
   * stays for ever.
   */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>>;
}

const USER_AGENT_MAX = 255;

/** Writes an audit row in the transaction of the act it records, sealed by an HMAC over its own content. */
export async function writeAudit(
  deps: { signingKeys: SigningKeys },
  origin: AuditOrigin,
  entry: AuditEntry,
  transaction: Transaction | null,
): Promise<void> {
  await ZoomAuditLog.create(auditRow(deps, origin, entry), { transaction });
}

/** Many rows of one act at once, each sealed like any other. */
export async function writeAudits(
  deps: { signingKeys: SigningKeys },
  origin: AuditOrigin,
  entries: readonly AuditEntry[],
  transaction: Transaction,
): Promise<void> {
  await ZoomAuditLog.bulkCreate(
    entries.map((entry) => auditRow(deps, origin, entry)),
    { transaction },
  );
}

function auditRow(deps: { signingKeys: SigningKeys }, origin: AuditOrigin, entry: AuditEntry) {
  const act = {
    action: entry.action,
    entityType: entry.entity?.type ?? null,
    entityId: entry.entity?.id ?? null,
    metadata: metadataOf(entry, origin),
    createdAt: new Date(),
  };
  const { userId, ipAddress, userAgent } = origin;
  const person = { userId, ipAddress, userAgent: userAgent?.slice(0, USER_AGENT_MAX) ?? null };
  return { ...act, ...person, ...sealAudit(deps.signingKeys, act, person) };
}

/** A key is whoever did it, but no person: it is part of what was done, and never erased. */
function metadataOf({ metadata }: AuditEntry, { apiKeyId }: AuditOrigin): string | null {
  if (apiKeyId !== undefined) return JSON.stringify({ ...metadata, apiKeyId });
  return metadata ? JSON.stringify(metadata) : null;
}

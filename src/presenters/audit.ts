import { z } from 'zod';
import { paths } from '../routes/paths';
import type { AuditCounts, AuditRow } from '../queries/findAudits';
import { actionInWords, ENTITY_WORDS, isAuditEntity } from './auditWords';
import { formatMoment } from './classTime';
import type { CsvCell } from './csv';

/** An audit row for the page; `classes` says which class date a meeting or a pass belongs to. */
export function presentAudit(row: AuditRow, classes: ReadonlyMap<string, number>, zone: string) {
  const { audit } = row;
  return {
    id: audit.id,
    at: formatMoment(audit.createdAt, zone),
    moment: audit.createdAt.toISOString(),
    action: audit.action,
    words: actionInWords(audit.action),
    person: presentPerson(row),
    entity: presentEntity(row, classes),
    address: presentAddress(row),
    userAgent: audit.userAgent,
    metadata: metadataOf(audit.metadata),
  };
}

export function auditLogsWith(filter: Readonly<Record<string, string>>): string {
  return `${paths.auditLogs}?${new URLSearchParams(filter).toString()}`;
}

function presentPerson({ audit, user }: AuditRow): { name: string; href: string | null } {
  const key = apiKeyIn(audit.metadata);
  if (key !== null) return { name: `API key ${key}`, href: paths.apiKeys };
  const { userId, ipAddress, commitments, userSalt } = audit;
  if (userId !== null) {
    const name = user?.fullName ?? `person ${userId}, who is gone`;
    return { name, href: auditLogsWith({ person: String(userId) }) };
  }
  if (commitments !== null && userSalt === null) return { name: 'erased', href: null };
  const came = ipAddress !== null || isAddressErased(audit);
  return { name: came ? 'nobody signed in' : 'the system', href: null };
}

function presentAddress({ audit }: AuditRow) {
  const { ipAddress } = audit;
  if (ipAddress !== null) return { text: ipAddress, href: auditLogsWith({ ip: ipAddress }) };
  return isAddressErased(audit) ? { text: 'address erased', href: null } : null;
}

function isAddressErased({ ipAddress, commitments, ipSalt }: AuditRow['audit']): boolean {
  return ipAddress === null && commitments !== null && ipSalt === null;
}

function presentEntity({ audit: { entityType, entityId } }: AuditRow, classes: ReadonlyMap<string, number>) {
  if (entityType === null || entityId === null) return null;
  const known = isAuditEntity(entityType);
  return {
    name: `${known ? ENTITY_WORDS[entityType] : entityType.replaceAll('_', ' ')} ${entityId}`,
    page: pageOf(entityType, entityId, classes),
    all: known ? auditLogsWith({ entityType, entityId: String(entityId) }) : null,
  };
}

/** A meeting and a pass are shown on their class's page; a person has no page of their own. */
function pageOf(type: string, id: number, classes: ReadonlyMap<string, number>): string | null {
  if (type === 'api_key') return paths.apiKeys;
  if (type === 'class_date') return paths.classDate(id);
  if (type === 'book_order') return paths.order(id);
  if (type === 'incident') return paths.incident(id);
  const classDateId = classes.get(`${type}:${id}`);
  return classDateId === undefined ? null : paths.classDate(classDateId);
}

const metadataSchema = z.record(z.string(), z.unknown());

/** The key of the program that did it. */
function apiKeyIn(metadata: string | null): number | null {
  const parsed = z.object({ apiKeyId: z.int() }).safeParse(metadata === null ? null : parsedJson(metadata));
  return parsed.success ? parsed.data.apiKeyId : null;
}

/** `{"classDateId":12}` as name `class date id`, value `12`; a text that is no such object as it stands. */
function metadataOf(text: string | null): { name: string; value: string }[] {
  if (text === null) return [];
  const parsed = metadataSchema.safeParse(parsedJson(text));
  if (!parsed.success) return [{ name: 'note', value: text }];
  return Object.entries(parsed.data).map(([name, value]) => ({
    name: name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' '),
    value: typeof value === 'string' ? value : JSON.stringify(value),
  }));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** How often each action occurs, each with the filter that shows only these. */
export function presentCounts({ total, byAction }: AuditCounts, values: Readonly<Record<string, string>>) {
  return {
    total,
    byAction: byAction.map(({ action, count }) => ({
      ...{ action, count, words: actionInWords(action) },
      href: auditLogsWith({ ...values, action }),
    })),
  };
}

export const AUDIT_CSV_HEAD = [
  'id',
  'time (UTC)',
  'action',
  'in words',
  'person id',
  'person',
  'e-mail',
  'about',
  'about id',
  'IP address',
  'browser',
  'metadata',
];

export function auditCsvRow({ audit, user }: AuditRow): CsvCell[] {
  return [
    audit.id,
    audit.createdAt.toISOString(),
    audit.action,
    actionInWords(audit.action),
    audit.userId,
    user?.fullName ?? null,
    user?.email ?? null,
    audit.entityType,
    audit.entityId,
    audit.ipAddress,
    audit.userAgent,
    audit.metadata,
  ];
}

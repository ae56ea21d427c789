import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { SigningKeys } from './keyRing';

/** What was done; the part of an audit row that is never erased. */
interface AuditedAct {
  readonly action: string;
  readonly entityType: string | null;
  readonly entityId: number | null;
  readonly metadata: string | null;
  readonly createdAt: Date;
}

/** Who did it and from where; each field may be erased one day. */
interface AuditedPerson {
  readonly userId: number | null;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
}

interface PersonSalts {
  readonly userSalt: string | null;
  readonly ipSalt: string | null;
  readonly agentSalt: string | null;
}

interface SealedAudit extends AuditedAct, AuditedPerson, PersonSalts {
  readonly commitments: string | null;
  readonly seal: string;
}

/** The end of the chain; it stands for every row before it. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first link. */
export const CHAIN_START: ChainHead = { seq: 0, hash: '' };

/** `key_missing`: SIGNING_KEYS lacks the key of the seal. */
export type SealVerdict = 'fits' | 'broken' | 'key_missing';

const SALT_BYTES = 16;

/**
 * The seal of a new row covers the act and commitments to the personal fields, not the fields themselves: each may be
 * erased together with its salt, and nobody can then guess it from its commitment.
 */
export function sealAudit(
  keys: SigningKeys,
  act: AuditedAct,
  person: AuditedPerson,
): PersonSalts & { commitments: string; seal: string } {
  const salt = () => randomBytes(SALT_BYTES).toString('hex');
  const salts = { userSalt: salt(), ipSalt: salt(), agentSalt: salt() };
  const commitments = saltedFields({ ...person, ...salts })
    .map(([value, own]) => commit(value, own ?? ''))
    .join('.');
  return { ...salts, commitments, seal: signSeal(keys, actText(act, commitments)) };
}

/**
 * Whether a row is as it was written; `altered`: a personal field is neither what it was nor erased with its salt. Rows
 * from before there were commitments have a seal over their plain fields.
 */
export function checkAudit(keys: SigningKeys, row: SealedAudit): SealVerdict | 'altered' {
  if (row.commitments === null) return checkSeal(keys, plainText(row), row.seal);
  const verdict = checkSeal(keys, actText(row, row.commitments), row.seal);
  return verdict === 'fits' && !personFits(row, row.commitments.split('.')) ? 'altered' : verdict;
}

function personFits(row: SealedAudit, commitments: readonly string[]): boolean {
  return saltedFields(row).every(([value, salt], field) =>
    salt === null ? value === null : commit(value, salt) === commitments[field],
  );
}

/** SHA-256 over the hash before, the place, the row's seal and what that covers: the same after an erasure. */
export function linkHash(previousHash: string, link: { seq: number; auditId: number }, row: SealedAudit): string {
  const sealed = row.commitments === null ? plainText(row) : actText(row, row.commitments);
  const text = JSON.stringify([previousHash, link.seq, link.auditId, row.seal, sealed]);
  return createHash('sha256').update(text).digest('hex');
}

/** Without it, whoever can write to the database could take a row out and compute the rest of the chain anew. */
export function sealLink(keys: SigningKeys, link: { seq: number; hash: string }): string {
  return signSeal(keys, linkText(link));
}

export function checkLink(keys: SigningKeys, link: { seq: number; hash: string; seal: string }): SealVerdict {
  return checkSeal(keys, linkText(link), link.seal);
}

function linkText({ seq, hash }: { seq: number; hash: string }): string {
  return `link|${seq}|${hash}`;
}

function actText({ action, entityType, entityId, metadata, createdAt }: AuditedAct, commitments: string): string {
  return `act|${JSON.stringify([action, entityType, entityId, metadata, createdAt.toISOString(), commitments])}`;
}

function plainText(row: AuditedAct & AuditedPerson): string {
  const { userId, action, entityType, entityId, metadata, ipAddress, userAgent, createdAt } = row;
  const fields = [userId, action, entityType, entityId, metadata, ipAddress, userAgent];
  return JSON.stringify([...fields, createdAt.toISOString()]);
}

type Salted = readonly [value: string | number | null, salt: string | null];

function saltedFields(row: AuditedPerson & PersonSalts): readonly Salted[] {
  return [
    [row.userId, row.userSalt],
    [row.ipAddress, row.ipSalt],
    [row.userAgent, row.agentSalt],
  ];
}

function commit(value: string | number | null, salt: string): string {
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(JSON.stringify(value)).digest('hex');
}

function signSeal(keys: SigningKeys, text: string): string {
  return `${keys.currentId}.${keys.sign('audit', text).toString('hex')}`;
}

function checkSeal(keys: SigningKeys, text: string, seal: string): SealVerdict {
  const [keyId = '', signature = ''] = seal.split('.');
  if (keys.verify('audit', text, Buffer.from(signature, 'hex'), keyId)) return 'fits';
  return keys.has(keyId) ? 'broken' : 'key_missing';
}

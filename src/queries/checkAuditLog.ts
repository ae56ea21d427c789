import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { AuditLink } from '../models/AuditLink';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { CHAIN_START, checkAudit, checkLink, linkHash, type ChainHead, type SealVerdict } from '../security/auditSeal';
import { findUnlinkedAudits } from './findUnlinkedAudits';

/**
 * What is wrong with a place of the log:
 * changed – the row is not as it was written; removed – a row or link is gone; inserted – the row was not written by this
 * application, or changed within seconds; moved – the row stands in another's place; relinked – the link was not made by
 * this application; cut_off – what was logged as the chain's end is not in it; key_missing – SIGNING_KEYS lacks a key.
 */
export type AuditFault = 'changed' | 'removed' | 'inserted' | 'moved' | 'relinked' | 'cut_off' | 'key_missing';

export interface BrokenPlace {
  readonly fault: AuditFault;
  /** null where the place has no row any more */
  readonly auditId: number | null;
  /** null for a row that is not in the chain yet */
  readonly seq: number | null;
}

export interface AuditCheck {
  /** rows that were checked and are well */
  readonly rows: number;
  /** rows that are not in the chain yet, among them those */
  readonly unsealed: number;
  /** rows of which a personal field was erased */
  readonly erased: number;
  readonly head: ChainHead;
  /** the first one */
  readonly broken: BrokenPlace | null;
  /** false when there was no time for the rest of the chain */
  readonly complete: boolean;
}

interface Terms {
  /** an end of the chain from a log kept elsewhere, which must still be in it */
  readonly known?: ChainHead | undefined;
  /** how long it may take, for who cannot wait for all of it */
  readonly withinMs?: number;
}

type CheckDeps = Pick<Deps, 'db' | 'signingKeys'>;

const BATCH = 500;

/** Walks the whole audit log in the order of its chain and then through what is not chained yet. */
export async function checkAuditLog(deps: CheckDeps, terms: Terms = {}): Promise<AuditCheck> {
  const chained = await walkChain(deps, terms);
  const waiting = await walkUnlinked(deps);
  return {
    rows: chained.rows + (chained.broken ? 0 : waiting.rows),
    unsealed: waiting.unsealed,
    erased: chained.erased,
    head: chained.head,
    broken: chained.broken ?? waiting.broken,
    complete: chained.complete,
  };
}

interface Walk {
  readonly rows: number;
  readonly broken: BrokenPlace | null;
}

async function walkChain({ signingKeys }: CheckDeps, { known, withinMs = Infinity }: Terms) {
  const deadline = performance.now() + withinMs;
  let head = CHAIN_START;
  let [rows, erased] = [0, 0];
  for await (const { link, row } of eachLink()) {
    const broken = judge(signingKeys, head, link, row) ?? judgeKnown(known, link);
    if (broken) return { rows, erased, head, broken, complete: true };
    head = { seq: link.seq, hash: link.hash };
    rows += 1;
    if (row && isErased(row)) erased += 1;
    if (rows % BATCH === 0 && performance.now() > deadline) {
      return { rows, erased, head, broken: null, complete: false };
    }
  }
  const broken: BrokenPlace | null =
    known && known.seq > head.seq ? { fault: 'cut_off', auditId: null, seq: head.seq + 1 } : null;
  return { rows, erased, head, broken, complete: true };
}

/** The chain from its start, each link with its row. */
async function* eachLink(): AsyncGenerator<{ link: AuditLink; row: ZoomAuditLog | null }> {
  for (let after = CHAIN_START.seq; ;) {
    const links = await AuditLink.findAll({ where: { seq: { [Op.gt]: after } }, order: ['seq'], limit: BATCH });
    const last = links.at(-1);
    if (!last) return;
    const rows = await ZoomAuditLog.findAll({ where: { id: links.map(({ auditId }) => auditId) } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const link of links) yield { link, row: byId.get(link.auditId) ?? null };
    after = last.seq;
  }
}

function judgeKnown(known: ChainHead | undefined, { seq, hash, auditId }: AuditLink): BrokenPlace | null {
  return known?.seq === seq && known.hash !== hash ? { fault: 'cut_off', auditId, seq } : null;
}

async function walkUnlinked({ db, signingKeys }: CheckDeps): Promise<Walk & { unsealed: number }> {
  let [rows, unsealed] = [0, 0];
  let broken: BrokenPlace | null = null;
  for (let afterId = 0; ;) {
    const unlinked = await findUnlinkedAudits(db, { afterId, limit: BATCH });
    const last = unlinked.at(-1);
    if (!last) return { rows, unsealed, broken };
    for (const row of unlinked) {
      const fault = rowFault(checkAudit(signingKeys, row));
      if (fault === null) rows += 1;
      else broken ??= { fault, auditId: row.id, seq: null };
    }
    unsealed += unlinked.length;
    afterId = last.id;
  }
}

/** What is wrong with a link and its row, after the end of the chain so far. */
function judge(
  keys: Deps['signingKeys'],
  before: ChainHead,
  link: AuditLink,
  row: ZoomAuditLog | null,
): BrokenPlace | null {
  if (link.seq !== before.seq + 1) return { fault: 'removed', auditId: null, seq: before.seq + 1 };
  const place = { auditId: link.auditId, seq: link.seq };
  if (row === null) return { ...place, fault: 'removed' };
  const seals = { row: checkAudit(keys, row), link: checkLink(keys, link) };
  const fault = faultOf(seals, link.hash === linkHash(before.hash, link, row));
  return fault && { ...place, fault };
}

function faultOf(seals: Seals, hashFits: boolean): AuditFault | null {
  const fault = rowFault(seals.row);
  // What was chained with a seal that does not fit never had one that did.
  if (fault === 'inserted') return hashFits && seals.link === 'fits' ? 'inserted' : 'changed';
  if (fault !== null || seals.link === 'key_missing') return fault ?? 'key_missing';
  if (seals.link === 'broken') return 'relinked';
  return hashFits ? null : 'moved';
}

interface Seals {
  readonly row: ReturnType<typeof checkAudit>;
  readonly link: SealVerdict;
}

/** What is wrong with a row that nothing else is known of. */
function rowFault(verdict: Seals['row']): AuditFault | null {
  if (verdict === 'fits') return null;
  if (verdict === 'broken') return 'inserted';
  return verdict === 'altered' ? 'changed' : verdict;
}

function isErased({ commitments, userSalt, ipSalt, agentSalt }: ZoomAuditLog): boolean {
  return commitments !== null && [userSalt, ipSalt, agentSalt].includes(null);
}

import type { Transaction } from 'sequelize';
import { withNamedLock } from '../db/namedLock';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AuditLink } from '../models/AuditLink';
import type { ZoomAuditLog } from '../models/ZoomAuditLog';
import { findUnlinkedAudits } from '../queries/findUnlinkedAudits';
import { CHAIN_START, linkHash, sealLink, type ChainHead } from '../security/auditSeal';

const BATCH = 500;

interface Where {
  /** only rows with a higher id are looked at */
  readonly afterId: number;
  /** stops after the batch under way */
  readonly signal?: AbortSignal;
}

type SealDeps = Pick<Deps, 'db' | 'signingKeys' | 'logger'>;

/**
 * Chains the audit rows that are not in the chain yet, unless another process is at it, and logs the new head: whoever
 * keeps the logs elsewhere can prove later that nothing was cut off.
 *
 * @returns how many rows were chained
 */
export async function sealAudits(deps: SealDeps, where: Where = { afterId: 0 }): Promise<number> {
  return (await withNamedLock(deps.db, 'audit_sealer', () => sealAll(deps, where))) ?? 0;
}

async function sealAll(deps: SealDeps, { afterId, signal }: Where): Promise<number> {
  let sealed = 0;
  let after = afterId;
  while (signal?.aborted !== true) {
    const rows = await findUnlinkedAudits(deps.db, { afterId: after, limit: BATCH });
    const last = rows.at(-1);
    if (!last) break;
    const head = await inTransaction(deps.db, (transaction) => addLinks(deps, rows, transaction));
    deps.logger.info({ auditHead: `${head.seq}:${head.hash}`, rows: rows.length }, 'audit log sealed');
    after = last.id;
    sealed += rows.length;
  }
  return sealed;
}

/** Should two ever do this at once, the chain's unique keys let one of them through. */
async function addLinks(
  { signingKeys }: SealDeps,
  rows: readonly ZoomAuditLog[],
  transaction: Transaction,
): Promise<ChainHead> {
  let head: ChainHead = (await AuditLink.findOne({ order: [['seq', 'DESC']], transaction })) ?? CHAIN_START;
  const links = rows.map((row) => {
    const place = { seq: head.seq + 1, auditId: row.id };
    head = { seq: place.seq, hash: linkHash(head.hash, place, row) };
    return { ...place, hash: head.hash, seal: sealLink(signingKeys, head) };
  });
  await AuditLink.bulkCreate(links, { transaction });
  return head;
}

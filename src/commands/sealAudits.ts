import { QueryTypes, type Transaction } from 'sequelize';
import { inTransaction } from '../db/transaction';
import type { Deps } from '../deps';
import { AuditLink } from '../models/AuditLink';
import type { ZoomAuditLog } from '../models/ZoomAuditLog';
import { findUnlinkedAudits } from '../queries/findUnlinkedAudits';
import { CHAIN_START, linkHash, sealLink, type ChainHead } from '../security/auditSeal';

const BATCH = 500;

/** The lock's name is known to the whole database server, which may hold other databases of ours. */
const LOCK = `CONCAT('audit_sealer.', MD5(DATABASE()))`;

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
export function sealAudits(deps: SealDeps, where: Where = { afterId: 0 }): Promise<number> {
  // The lock belongs to a session. This transaction does nothing but keep one for us, until the work has committed.
  return deps.db.transaction(async (session) => {
    if (!(await takeLock(deps, session))) return 0;
    try {
      return await sealAll(deps, where);
    } finally {
      await deps.db.query(`SELECT RELEASE_LOCK(${LOCK})`, { transaction: session });
    }
  });
}

async function takeLock({ db }: SealDeps, session: Transaction): Promise<boolean> {
  const [row] = await db.query<{ held: number | null }>(`SELECT GET_LOCK(${LOCK}, 0) AS held`, {
    type: QueryTypes.SELECT,
    transaction: session,
  });
  return row?.held === 1;
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

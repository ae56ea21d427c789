import { QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import { addMinutes } from '../domain/clock';
import { overdueOf, OVERDUE_AFTER_MINUTES, type Overdue } from '../domain/overdue';
import { sqlInstant } from '../db/sqlInstant';
import { IS_READY } from './inStates';
import { readClassFacts } from './readClassFacts';

interface OverdueClass {
  readonly classDateId: number;
  readonly what: Overdue;
}

/** More than these are not looked at one by one; it is bad enough then. */
const MOST = 300;
/** No room opens earlier than this before the start. */
const SOON_HOURS = 24;
/** Fewer than the pool has connections. */
const AT_ONCE = 5;

/**
 * Classes for which a step may be overdue, by a few comparisons that an index serves: next to none when all is well.
 * Whether it is decides the plan.
 */
const SUSPECTS = `
  SELECT c.id, GREATEST(c.updated_at,
           COALESCE((SELECT MAX(m.updated_at) FROM zoom_meetings m WHERE m.class_date_id = c.id), c.updated_at),
           COALESCE((SELECT z.updated_at FROM zoom_connections z WHERE z.user_id = c.teacher_id), c.updated_at)) AS changedAt
    FROM class_dates c
   WHERE c.updated_at <= :then AND c.starts_at <= TIMESTAMPADD(HOUR, ${SOON_HOURS}, :then)
     AND ((c.state IN ('scheduled', 'preparing') AND TIMESTAMPADD(MINUTE, -c.lead_minutes, c.starts_at) <= :then)
       OR (${IS_READY} AND c.watched_at IS NULL AND TIMESTAMPADD(MINUTE, c.watch_minutes, c.starts_at) <= :then)
       OR (c.state IN ('ready', 'live', 'ended') AND c.closed_at IS NULL
           AND TIMESTAMPADD(MINUTE, c.duration_minutes + c.grace_minutes, c.starts_at) <= :then)
       OR (c.state IN ('ready', 'live', 'ended') AND c.closed_at IS NOT NULL
           AND TIMESTAMPADD(MINUTE, c.duration_minutes + c.settle_minutes, c.starts_at) <= :then))
   ORDER BY c.starts_at DESC
   LIMIT ${MOST}`;

/** The class dates to which something should have happened two minutes ago, the latest first. */
export async function listOverdueClasses({ db, clock }: Pick<Deps, 'db' | 'clock'>): Promise<OverdueClass[]> {
  const now = clock.now();
  const then = addMinutes(now, -OVERDUE_AFTER_MINUTES);
  const suspects = await db.query<{ id: number; changedAt: Date }>(SUSPECTS, {
    type: QueryTypes.SELECT,
    replacements: { then: sqlInstant(then) },
  });
  const overdue: OverdueClass[] = [];
  for (let from = 0; from < suspects.length; from += AT_ONCE) {
    const looks = suspects.slice(from, from + AT_ONCE).map(async ({ id, changedAt }) => {
      const facts = await readClassFacts(db, id, then);
      const what = facts && overdueOf(facts, changedAt, now);
      return what ? [{ classDateId: id, what }] : [];
    });
    overdue.push(...(await Promise.all(looks)).flat());
  }
  return overdue;
}

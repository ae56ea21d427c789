import { Op, QueryTypes } from 'sequelize';
import type { Deps } from '../deps';
import type { MailKind, MailState } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';

const FAILED: readonly MailState[] = ['bounced', 'failed', 'unknown'];
const SHOWN = 20;
const DAYS = 7;

/** How mails are sent, without the password, and how it stands with them. */
export interface MailStatus {
  readonly config: {
    readonly host: string;
    readonly port: number;
    readonly tls: 'from the first byte' | 'where the server offers it';
    readonly user: string | null;
    readonly from: string;
  };
  /** of the last seven days */
  readonly counts: Readonly<Partial<Record<MailState, number>>>;
  /** the newest first; nothing of whom they were for */
  readonly failed: readonly FailedMail[];
}

interface FailedMail {
  readonly id: number;
  readonly kind: MailKind;
  readonly state: MailState;
  readonly classDateId: number | null;
  readonly incidentId: number | null;
  readonly why: string | null;
  readonly at: Date;
}

export async function readMailStatus({
  db,
  config,
  clock,
}: Pick<Deps, 'db' | 'config' | 'clock'>): Promise<MailStatus> {
  const since = new Date(clock.now().getTime() - DAYS * 24 * 60 * 60_000);
  const rows = await db.query<{ state: MailState; count: number }>(
    `SELECT state, COUNT(*) AS count FROM mail_deliveries
      WHERE created_at >= TIMESTAMPADD(DAY, -${DAYS}, UTC_TIMESTAMP(3)) GROUP BY state`,
    { type: QueryTypes.SELECT },
  );
  const failed = await MailDelivery.findAll({
    where: { state: [...FAILED], createdAt: { [Op.gte]: since } },
    order: [['id', 'DESC']],
    limit: SHOWN,
  });
  const { smtp, mailFrom } = config;
  return {
    config: {
      host: smtp.host,
      port: smtp.port,
      tls: smtp.secure ? 'from the first byte' : 'where the server offers it',
      user: smtp.user ?? null,
      from: `${mailFrom.name} <${mailFrom.address}>`,
    },
    counts: Object.fromEntries(rows.map(({ state, count }) => [state, count])),
    failed: failed.map(({ id, kind, state, classDateId, incidentId, lastError, updatedAt }) => ({
      ...{ id, kind, state, classDateId, incidentId },
      why: lastError,
      at: updatedAt,
    })),
  };
}

import { Op } from 'sequelize';
import { addMinutes, later } from '../domain/clock';
import { SILENT_INSIDE } from '../domain/mails';
import { MailDelivery } from '../models/MailDelivery';

/** What mails of so many classes meet, with none that went out between them, is no trouble of theirs. */
const SUBJECTS = 3;
/** As long as a mail waits between two tries at most. */
const LATELY_MINUTES = 15;
/** Few mails are of use for longer, so what was given up lately was made since; older ones need not be read. */
const USEFUL_MINUTES = 24 * 60;

const COLUMNS = ['classDateId', 'incidentId', 'accountLinkId'] as const;

/**
 * Whether the mail server has lately let us in and kept silent over the mails of several classes, and taken none since, as
 * far as the ledger knows. It counts what doMailsGoOut counts: trouble seen in anything else would be over with the next probe.
 */
export async function isEveryMailUnanswered(now: Date): Promise<boolean> {
  const lastSentAt = await MailDelivery.max<Date | null, MailDelivery>('sentAt');
  const since = later(addMinutes(now, -LATELY_MINUTES), lastSentAt);
  const made = { [Op.gt]: addMinutes(now, -USEFUL_MINUTES) };
  const held = [
    { state: ['queued' as const, 'sending' as const, 'data_sent' as const] },
    { state: ['failed' as const, 'skipped' as const, 'unknown' as const], createdAt: made },
  ];
  const inVain = SILENT_INSIDE.map((words) => ({ lastError: { [Op.substring]: words } }));
  const subjects = await MailDelivery.findAll({
    where: {
      updatedAt: { [Op.gt]: since },
      [Op.and]: [{ [Op.or]: inVain }, { [Op.or]: held }],
    },
    attributes: [...COLUMNS],
    group: [...COLUMNS],
    limit: SUBJECTS,
    raw: true,
  });
  return subjects.length === SUBJECTS;
}

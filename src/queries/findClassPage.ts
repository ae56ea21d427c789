import { Op } from 'sequelize';
import { isOver } from '../domain/classStates';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { User } from '../models/User';
import { ZoomAuditLog } from '../models/ZoomAuditLog';
import { ZoomMeeting } from '../models/ZoomMeeting';
import { ZoomSecureToken } from '../models/ZoomSecureToken';
import { findBadAddresses } from './findBadAddresses';
import { findClassRisks, type RiskRow } from './findClassRisks';
import { findHostClashes, type HostClash } from './findHostClashes';
import { withNames, type ClassRow } from './listClassDates';
import { findRoomMade, type RoomMade } from './findRoomMade';
import { findPassNames, type PassName } from './findPassNames';

/** Everything an admin sees of one class date. */
export interface ClassPage extends ClassRow {
  readonly meetings: readonly ZoomMeeting[];
  readonly roomMade: RoomMade | null;
  readonly passes: readonly ZoomSecureToken[];
  readonly passNames: ReadonlyMap<number, PassName>;
  readonly mails: readonly MailDelivery[];
  readonly mailUsers: ReadonlyMap<number, User>;
  readonly clashes: readonly HostClash[];
  readonly risks: readonly RiskRow[];
  /** passes whose address is none, or bounced before */
  readonly badAddresses: readonly number[];
  readonly audit: readonly ZoomAuditLog[];
}

const AUDIT_LIMIT = 100;

export async function findClassPage(id: number, now: Date): Promise<ClassPage | null> {
  const classDate = await ClassDate.findByPk(id);
  const [row] = classDate ? await withNames([classDate]) : [];
  if (!row) return null;
  const [meetings, passes, mails] = await Promise.all([
    ZoomMeeting.findAll({ where: { classDateId: id }, order: [['generation', 'DESC']] }),
    ZoomSecureToken.findAll({ where: { classDateId: id }, order: ['id'] }),
    MailDelivery.findAll({ where: { classDateId: id }, order: ['id'] }),
  ]);
  const users = await User.findAll({ where: { id: mails.flatMap(({ userId }) => userId ?? []) } });
  return {
    ...row,
    meetings,
    roomMade: await findRoomMade(row.classDate, meetings),
    passes,
    passNames: await findPassNames(passes),
    mails,
    mailUsers: new Map(users.map((user) => [user.id, user])),
    ...(isOver(row.classDate.state) ? NOTHING_WRONG : await findWhatIsWrong(row.classDate, now)),
    audit: await findAudit(id, meetings),
  };
}

const NOTHING_WRONG = { clashes: [], risks: [], badAddresses: [] };

async function findWhatIsWrong(classDate: ClassDate, now: Date) {
  const [[clashes = []], risks, badAddresses] = await Promise.all([
    findHostClashes([classDate], now),
    findClassRisks(classDate, now),
    findBadAddresses(classDate.id),
  ]);
  return { clashes, risks, badAddresses };
}

function findAudit(classDateId: number, meetings: readonly ZoomMeeting[]): Promise<ZoomAuditLog[]> {
  return ZoomAuditLog.findAll({
    where: {
      [Op.or]: [
        { entityType: 'class_date', entityId: classDateId },
        { entityType: 'zoom_meeting', entityId: meetings.map(({ id }) => id) },
      ],
    },
    order: [['id', 'DESC']],
    limit: AUDIT_LIMIT,
  });
}

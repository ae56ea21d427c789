import { Op } from 'sequelize';
import { ClassDate } from '../models/ClassDate';
import type { Incident } from '../models/Incident';
import type { StateReason } from '../domain/classStates';

const DAY_MS = 24 * 60 * 60_000;
const STILL_TO_COME = ['scheduled', 'preparing'];

/** The reason a class gives while it waits for what the incident is about; where there is none, all are touched. */
const REASONS: Readonly<Record<Incident['cause'], StateReason | null>> = {
  teacher_connection: null,
  zoom_credentials: 'zoom_not_configured',
  zoom_unreachable: 'zoom_unreachable',
  encryption_key: 'zoom_not_configured',
  mail_unreachable: null,
  webhook_secret: null,
  webhooks_silent: null,
  sweep_acted: null,
  push_endpoint_off: null,
};

/** Keep no class waiting: workflows that were started anew, and what is told to others. */
const TOUCH_NONE: readonly Incident['cause'][] = ['sweep_acted', 'push_endpoint_off'];

type Subject = Pick<Incident, 'cause' | 'userId'>;

/** The classes an incident touches: those that wait because of it, or a teacher's of the next 24 hours. */
export function touchedClasses({ cause, userId }: Subject, now: Date) {
  const reason = REASONS[cause];
  return {
    state: { [Op.in]: TOUCH_NONE.includes(cause) ? [] : STILL_TO_COME },
    startsAt: { [Op.lte]: new Date(now.getTime() + DAY_MS) },
    ...(userId === null ? {} : { teacherId: userId }),
    ...(reason === null ? {} : { stateReason: reason }),
  };
}

export function countTouchedClasses(subject: Subject, now: Date): Promise<number> {
  return ClassDate.count({ where: touchedClasses(subject, now) });
}

/** When the classes start that an incident's teacher gives within a day; none where it is about no teacher. */
export async function listStartsSoon({ userId }: Pick<Subject, 'userId'>, now: Date): Promise<Date[]> {
  if (userId === null) return [];
  const soon = await ClassDate.findAll({
    where: {
      teacherId: userId,
      state: { [Op.in]: STILL_TO_COME },
      startsAt: { [Op.gt]: now, [Op.lte]: new Date(now.getTime() + DAY_MS) },
    },
    attributes: ['startsAt'],
  });
  return soon.map(({ startsAt }) => startsAt);
}

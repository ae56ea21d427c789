import { Op } from 'sequelize';
import type { Incident } from '../models/Incident';
import { MailDelivery } from '../models/MailDelivery';

/** When an incident's teacher was last mailed to connect Zoom; null when not yet, or where it is about no teacher. */
export async function teacherToldAt({ id }: Incident): Promise<Date | null> {
  const last = await MailDelivery.findOne({
    where: { incidentId: id, kind: 'connect_zoom', state: { [Op.ne]: 'skipped' } },
    order: [['createdAt', 'DESC']],
    attributes: ['createdAt'],
  });
  return last?.createdAt ?? null;
}

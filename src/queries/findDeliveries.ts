import { Op, type WhereOptions } from 'sequelize';
import type { MailKind, MailState } from '../domain/mails';
import type { MailSituation } from '../domain/resending';
import { Incident } from '../models/Incident';
import { ClassDate } from '../models/ClassDate';
import { MailDelivery } from '../models/MailDelivery';
import { withNames, type ClassRow } from './listClassDates';
import { loadRecipients, type MailRecipient } from './loadMails';
import { readMailSituations } from './readMailSituations';

/** Which mails are asked for; what is undefined asks nothing. */
export interface DeliveryFilter {
  readonly states?: readonly MailState[] | undefined;
  readonly kind?: MailKind | undefined;
  /** whom they go to, such as `user:12` or `guest:7`: never an address, which has no business in a URL */
  readonly recipientKey?: string | undefined;
  readonly classDateId?: number | undefined;
  readonly incidentId?: number | undefined;
  /** planned from this instant on … */
  readonly from?: Date | undefined;
  /** … and before this one */
  readonly until?: Date | undefined;
}

export interface DeliveryRow {
  readonly mail: MailDelivery;
  /** undefined when the person is gone */
  readonly recipient: MailRecipient | undefined;
  readonly classRow: ClassRow | undefined;
  readonly incident: Incident | undefined;
  readonly situation: MailSituation | undefined;
}

interface Page {
  readonly offset: number;
  readonly limit: number;
  /** what goes out next first, rather than what was planned last */
  readonly nextFirst: boolean;
}

export async function findDeliveries(
  filter: DeliveryFilter,
  { offset, limit, nextFirst }: Page,
): Promise<DeliveryRow[]> {
  const mails = await MailDelivery.findAll({
    where: whereOf(filter),
    order: nextFirst ? ['nextAttemptAt', 'id'] : [['id', 'DESC']],
    offset,
    limit,
  });
  return describeDeliveries(mails);
}

/** Each mail with whom it goes to and what it is about, in a few reads. */
export async function describeDeliveries(mails: readonly MailDelivery[]): Promise<DeliveryRow[]> {
  const ids = (key: 'classDateId' | 'incidentId') => [...new Set(mails.flatMap((mail) => mail[key] ?? []))];
  const [recipients, situations, classDates, incidents] = await Promise.all([
    loadRecipients(mails),
    readMailSituations(mails),
    ClassDate.findAll({ where: { id: ids('classDateId') } }),
    Incident.findAll({ where: { id: ids('incidentId') } }),
  ]);
  const classes = new Map((await withNames(classDates)).map((row) => [row.classDate.id, row]));
  const incidentsById = new Map(incidents.map((incident) => [incident.id, incident]));
  return mails.map((mail) => ({
    mail,
    recipient: recipients.get(mail.id),
    classRow: classes.get(mail.classDateId ?? 0),
    incident: incidentsById.get(mail.incidentId ?? 0),
    situation: situations.get(mail.id),
  }));
}

/** How many there are of each state, whatever state the filter asks for. */
export async function countDeliveries(filter: DeliveryFilter): Promise<ReadonlyMap<MailState, number>> {
  const rows = await MailDelivery.count({
    where: whereOf({ ...filter, states: undefined }),
    attributes: ['state'],
    group: ['state'],
  });
  return new Map(rows.map(({ state, count }) => [state as MailState, count]));
}

/** The ids of the newest, of those that are older than `below` where it is given. */
export async function findDeliveryIds(
  filter: DeliveryFilter,
  { limit, below }: { limit: number; below?: number | undefined },
): Promise<number[]> {
  const older = below === undefined ? {} : { id: { [Op.lt]: below } };
  const where = { [Op.and]: [whereOf(filter), older] };
  const rows = await MailDelivery.findAll({ where, attributes: ['id'], order: [['id', 'DESC']], limit });
  return rows.map(({ id }) => id);
}

/** The ids of all of them, the newest first, so many at a time. */
export async function* eachDeliveryBatch(filter: DeliveryFilter, batch: number): AsyncGenerator<number[]> {
  for (let below: number | undefined; ;) {
    const ids = await findDeliveryIds(filter, { limit: batch, below });
    if (ids.length === 0) return;
    yield ids;
    below = ids.at(-1);
  }
}

function whereOf({ states, kind, recipientKey, classDateId, incidentId, from, until }: DeliveryFilter): WhereOptions {
  return {
    ...(states === undefined ? {} : { state: [...states] }),
    ...(kind === undefined ? {} : { kind }),
    ...(recipientKey === undefined ? {} : { recipientKey }),
    ...(classDateId === undefined ? {} : { classDateId }),
    ...(incidentId === undefined ? {} : { incidentId }),
    ...(from || until
      ? { createdAt: { ...(from ? { [Op.gte]: from } : {}), ...(until ? { [Op.lt]: until } : {}) } }
      : {}),
  };
}

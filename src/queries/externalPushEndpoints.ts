import { Op, type Transaction } from 'sequelize';
import { NotFoundError } from '../errors';
import { PushEndpoint } from '../models/PushEndpoint';
import type { Page } from './externalBookings';

/** What a program's call names: whose endpoint, and what they call it. */
export interface ExternalEndpointId {
  readonly customer: string;
  readonly externalId: string;
}

/** @returns null when this customer's programs have no such endpoint; another's counts as none, and so does one of an admin's */
export function findEndpointOf(
  { customer, externalId }: ExternalEndpointId,
  transaction: Transaction | null = null,
): Promise<PushEndpoint | null> {
  const lock = transaction ? { lock: true } : {};
  return PushEndpoint.findOne({ where: { customer, externalId }, transaction, ...lock });
}

/** @throws NotFoundError */
export async function requireEndpointOf(
  id: ExternalEndpointId,
  transaction: Transaction | null = null,
): Promise<PushEndpoint> {
  const endpoint = await findEndpointOf(id, transaction);
  if (!endpoint) throw new NotFoundError('There is no such endpoint.');
  return endpoint;
}

/** One more than is asked for says that there are more. */
export function listEndpointsOf(customer: string, { after, limit }: Page): Promise<PushEndpoint[]> {
  const where = { customer, externalId: { [Op.ne]: null }, id: { [Op.gt]: after } };
  return PushEndpoint.findAll({ where, order: ['id'], limit: limit + 1 });
}

import { Op } from 'sequelize';
import type { Deps } from '../deps';
import { isCustomer } from '../domain/customers';
import { OUTCOME_EVENTS, type OutcomeEventType } from '../domain/outcomeEvents';
import { FieldErrors, type FieldError } from '../errors';
import { ApiKey } from '../models/ApiKey';
import { PushEndpoint } from '../models/PushEndpoint';
import { hostOf, whereItLeads } from '../push/addresses';

export interface NewPushEndpoint {
  readonly customer: string;
  readonly url: string;
  readonly types: readonly string[];
  /** what a program calls it: it is not in its own way when it was made a moment ago */
  readonly externalId?: string;
}

export interface CheckedPushEndpoint {
  readonly customer: string;
  readonly url: string;
  /** in the order in which the feed's document names them */
  readonly types: readonly OutcomeEventType[];
}

const URL_MAX = 500;

/**
 * @param formerUrl of one that is changed: where it stays, it is not looked at again
 * @throws FieldErrors: everything that is wrong with it
 */
export async function checkPushEndpoint(
  deps: Pick<Deps, 'config'>,
  input: NewPushEndpoint,
  formerUrl?: string,
): Promise<CheckedPushEndpoint> {
  const { customer } = input;
  const types = OUTCOME_EVENTS.filter((type) => input.types.includes(type));
  const url = readUrl(input.url);
  const problems = [
    await problemOfCustomer(customer),
    url && url.href === formerUrl ? null : await problemOfUrl(deps, url, input),
    types.length === 0 || types.length < new Set(input.types).size ? wrong('types', 'Choose what it is told.') : null,
  ].filter((problem) => problem !== null);
  if (!url || problems.length > 0) throw new FieldErrors(problems);
  return { customer, url: url.href, types };
}

function wrong(field: string, message: string): FieldError {
  return { field, message };
}

function readUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url && /^https?:$/.test(url.protocol) && url.href.length <= URL_MAX ? url : null;
}

async function problemOfCustomer(customer: string): Promise<FieldError | null> {
  if (!isCustomer(customer)) return wrong('customer', 'Enter whose orders it hears of, as their API keys have it.');
  const known = (await ApiKey.count({ where: { customer } })) > 0;
  return known ? null : wrong('customer', 'There is no API key for them, so there are no orders to hear of.');
}

async function problemOfUrl(
  { config }: Pick<Deps, 'config'>,
  url: URL | null,
  { customer, externalId }: NewPushEndpoint,
): Promise<FieldError | null> {
  if (!url) return wrong('url', 'Enter an address such as https://shop.example/events.');
  if (url.protocol !== 'https:' && !config.push.loopbackToo)
    return wrong('url', 'The address must begin with https://.');
  if (url.username !== '' || url.password !== '')
    return wrong('url', 'Leave user name and password out of the address.');
  if (url.hash !== '') return wrong('url', 'Leave out what stands behind “#”.');
  const leads = await whereItLeads(hostOf(url), config.push);
  if (leads === 'private') return wrong('url', 'It leads to an address that is not of the public internet.');
  if (leads === 'nowhere') return wrong('url', 'Its name leads to no address. Is it spelled right?');
  const others =
    externalId === undefined ? {} : { [Op.or]: [{ externalId: null }, { externalId: { [Op.ne]: externalId } }] };
  const again = await PushEndpoint.findOne({ where: { customer, url: url.href, ...others } });
  return again && wrong('url', externalId === undefined ? TAKEN : takenInWords(again, config.supportEmail));
}

const TAKEN = 'There is an endpoint with this address already.';

/** For a program, which sees those alone that it has put. */
function takenInWords({ externalId }: PushEndpoint, supportEmail: string): string {
  return externalId === null
    ? `An admin here has made an endpoint with this address, which would be sent everything twice. Have it deleted (${supportEmail}), then send this again.`
    : `You have put an endpoint with this address already: ${externalId}.`;
}

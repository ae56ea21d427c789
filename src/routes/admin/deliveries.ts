import type { Router } from '@koa/router';
import type { DefaultContext } from 'koa';
import { z } from 'zod';
import { resendMails, type Resent } from '../../commands/resendMails';
import type { Deps } from '../../deps';
import { FAILED } from '../../domain/resending';
import { FieldErrors, NotFoundError } from '../../errors';
import { only } from '../../middlewares/access';
import type { AppContext, AppRouterContext, AppState } from '../../middlewares/context';
import { redirectWithFlash } from '../../middlewares/flash';
import { originOf } from '../../middlewares/originOf';
import { line, parseBody } from '../../middlewares/validate';
import { MailDelivery } from '../../models/MailDelivery';
import { deliveriesWith, presentDelivery } from '../../presenters/delivery';
import { KIND_WORDS } from '../../presenters/mailWords';
import { countDeliveries, describeDeliveries, findDeliveries, findDeliveryIds } from '../../queries/findDeliveries';
import { findMailPeople, findMailPerson } from '../../queries/findMailPeople';
import { render } from '../../views/render';
import { idOf } from '../idOf';
import { paths } from '../paths';
import { givenOf, parseDeliveries, STATE_CHOICES, type ParsedDeliveries } from './deliveryFilter';
import { showAgain, type FormState } from './forms';

const PAGE = 50;
/** More at one press would be a flood, whatever it is that failed. */
const AT_ONCE_MAX = 500;

const searchSchema = z.object({ person: line(254).refine((text) => text.length > 1, 'Enter a name or an address.') });
const resendSchema = z.object({ again: line(1) });
const failedSchema = z.object({ class: line(15), incident: line(15) });

/** Every mail there is, how it stands and why, and sending it once more. */
export function addDeliveryRoutes(router: Router<AppState, DefaultContext>, deps: Deps): void {
  router.get(paths.deliveries, only('admin'), (ctx) => showList(deps, ctx));
  // By POST: a name or an address is nobody's business in a URL, where the list goes on with the person's number.
  router.post(paths.deliveries, only('admin'), (ctx) =>
    showAgain(
      ctx,
      (_, form) => showList(deps, ctx, form),
      () => search(deps, ctx),
    ),
  );
  router.post(paths.deliveriesFailed, only('admin'), (ctx) => resendFailed(deps, ctx));
  router.get(paths.deliveryResend(':id'), only('admin'), (ctx) => askFirst(deps, ctx));
  router.post(paths.deliveryResend(':id'), only('admin'), (ctx) => resendOne(deps, ctx));
}

async function showList(deps: Deps, ctx: AppContext, form: FormState = {}, people?: readonly object[]): Promise<void> {
  const zone = zoneOf(ctx);
  const parsed = parseDeliveries(ctx.query, zone);
  const { values, filter, page, errors } = parsed;
  const wrong = errors.length > 0;
  const window = { offset: (page - 1) * PAGE, limit: PAGE + 1, nextFirst: values.state === 'waiting' };
  const [found, counts] = wrong
    ? [[], new Map<string, number>()]
    : await Promise.all([findDeliveries(filter, window), countDeliveries(filter)]);
  const given = givenOf(values);
  const to = filter.recipientKey === undefined ? null : await findMailPerson(filter.recipientKey);
  render(ctx, 'admin/deliveries', {
    ...(wrong ? { errors, errorOf: Object.fromEntries(errors.map(({ field, message }) => [field, message])) } : {}),
    ...form,
    ...{ title: 'Mails', errorsTitle: 'That does not work', zone, values, people },
    person: form.values?.['person'] ?? '',
    rows: found.slice(0, PAGE).map((row) => presentDelivery(row, zone, deps.clock.now())),
    ...choicesOf(parsed, counts),
    filtered: Object.keys(given).length > 0,
    to: to && { ...to, without: deliveriesWith(withoutPerson(given)) },
    failing: failingOf(parsed, counts),
    newer: page > 1 ? deliveriesWith({ ...given, page: String(page - 1) }) : null,
    older: found.length > PAGE ? deliveriesWith({ ...given, page: String(page + 1) }) : null,
  });
  if (wrong) ctx.status = 400;
}

function withoutPerson(given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([field]) => field !== 'to'));
}

function choicesOf({ values }: ParsedDeliveries, counts: ReadonlyMap<string, number>) {
  const given = givenOf(values);
  const countOf = (states: readonly string[]) => states.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return {
    states: Object.entries(STATE_CHOICES).map(([value, { label, states }]) => ({
      ...{ value, label, chosen: value === values.state, count: countOf(states) },
      href: deliveriesWith({ ...given, state: value }),
    })),
    kinds: Object.entries(KIND_WORDS).map(([value, label]) => ({ value, label, chosen: value === values.kind })),
    total: countOf([...counts.keys()]),
  };
}

/** All that failed of one class or one trouble may be sent again at one press; of a part of them, each by itself. */
function failingOf({ filter, values }: ParsedDeliveries, counts: ReadonlyMap<string, number>) {
  const { kind, to, day } = values;
  if (filter.classDateId === undefined && filter.incidentId === undefined) return null;
  if (kind !== '' || to !== '' || day !== '') return null;
  const count = FAILED.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  return count === 0 ? null : { count, class: values.class, incident: values.incident };
}

async function search(deps: Deps, ctx: AppContext): Promise<void> {
  const { person } = parseBody(ctx, searchSchema);
  const people = await findMailPeople(person);
  const [first, ...others] = people;
  if (!first) throw new FieldErrors([{ field: 'person', message: 'Nobody has that in their name or address.' }]);
  if (others.length > 0) {
    const links = people.map((found) => ({ ...found, href: deliveriesWith({ to: found.recipientKey }) }));
    return showList(deps, ctx, { values: { person } }, links);
  }
  ctx.redirect(deliveriesWith({ to: first.recipientKey }));
  ctx.status = 303;
}

async function askFirst(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const [row] = await describeDeliveries([await find(ctx)]);
  if (!row) throw new NotFoundError('There is no such mail.');
  const presented = presentDelivery(row, zoneOf(ctx), deps.clock.now());
  render(ctx, 'admin/deliveryResend', { ...presented, title: 'Send a mail once more', back: backOf(row.mail) });
}

async function resendOne(deps: Deps, ctx: AppRouterContext): Promise<void> {
  const mail = await find(ctx);
  const evenIfSent = parseBody(ctx, resendSchema).again === '1';
  if (mail.state === 'sent' && !evenIfSent) {
    ctx.redirect(paths.deliveryResend(mail.id));
    ctx.status = 303;
    return;
  }
  const resent = await resendMails(deps, { ids: [mail.id], evenIfSent }, originOf(ctx));
  const refusal = resent.get(mail.id) ?? null;
  redirectWithFlash(ctx, backOf(mail), refusal ?? 'It is on its way once more.', refusal === null ? 'good' : 'bad');
}

async function resendFailed(deps: Deps, ctx: AppContext): Promise<void> {
  const typed = parseBody(ctx, failedSchema);
  const given = givenOf({ state: '', kind: '', to: '', day: '', page: '', ...typed });
  const { filter, errors } = parseDeliveries(given, 'UTC');
  if (errors.length > 0 || Object.keys(given).length === 0) throw new NotFoundError();
  const ids = await findDeliveryIds({ ...filter, states: FAILED }, { limit: AT_ONCE_MAX });
  const resent = await resendMails(deps, { ids, evenIfSent: false }, originOf(ctx));
  redirectWithFlash(ctx, deliveriesWith(given), outcomeInWords(resent));
}

/** Of more than go at one press, the newest went. */
function outcomeInWords(resent: Resent): string {
  const refused = [...resent.values()].filter((why) => why !== null).length;
  const sent = resent.size - refused;
  const rest = refused === 0 ? '' : ` ${refused} would no longer help, or must wait.`;
  const more =
    resent.size < AT_ONCE_MAX ? '' : ` These were the newest ${AT_ONCE_MAX}; mails resend takes all of a class.`;
  return `${sent} ${sent === 1 ? 'mail is' : 'mails are'} on their way once more.${rest}${more}`;
}

async function find(ctx: AppRouterContext): Promise<MailDelivery> {
  const mail = await MailDelivery.findByPk(idOf(ctx));
  if (!mail) throw new NotFoundError('There is no such mail.');
  return mail;
}

/** Where somebody comes from who looks after one mail: the mails of the same class or trouble, or to the same person. */
function backOf({ classDateId, incidentId, accountLinkId, recipientKey }: MailDelivery): string {
  if (accountLinkId !== null) return deliveriesWith({ to: recipientKey });
  if (classDateId !== null) return deliveriesWith({ class: String(classDateId) });
  return deliveriesWith(incidentId === null ? {} : { incident: String(incidentId) });
}

function zoneOf(ctx: AppContext): string {
  return ctx.state.user?.timeZone ?? 'UTC';
}

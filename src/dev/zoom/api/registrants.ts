import { z } from 'zod';
import type { Meeting, Registrant } from '../core/types';
import type { World } from '../core/world';
import { emitRegistrationEvent } from '../live/events';
import { parseBody, type ApiCall, type ApiReply } from './call';
import { paidOnly, registrationOff, ZoomApiError } from './errors';
import { ownMeeting, refuseBasic } from './findMeeting';
import { registrantLink } from './links';
import { page } from './paging';
import { takesRegistration } from './presentMeeting';
import { countRegistrantCall } from './quotas';

const MOST_REGISTRANTS = 4999;
const LARGEST_BATCH = 30;

const registrantSchema = z.object({
  email: z.email().max(128),
  first_name: z.string().min(1).max(64),
  last_name: z.string().max(64).default(''),
  auto_approve: z.boolean().optional(),
});

const batchSchema = z.object({
  auto_approve: z.boolean().optional(),
  registrants: z.array(registrantSchema).min(1).max(LARGEST_BATCH, `At most ${LARGEST_BATCH} registrants.`),
});

const statusSchema = z.object({
  action: z.enum(['approve', 'cancel', 'deny']),
  registrants: z.array(z.object({ id: z.string().optional(), email: z.string().optional() })).default([]),
});

export function addRegistrant(call: ApiCall): ApiReply {
  const meeting = openForRegistration(call);
  const body = parseBody(registrantSchema, call.body);
  countRegistrantCall(call.world, 'Add', meeting.id, body.email);
  const registrant = register(call.world, meeting, body, body.auto_approve ?? false);
  const link = linkIfApproved(call.world, meeting, registrant);
  return {
    status: 201,
    body: {
      id: meeting.id,
      registrant_id: registrant.id,
      ...link,
      ...(meeting.startsAt === null ? {} : { start_time: call.world.clock.iso(meeting.startsAt) }),
      topic: meeting.topic,
      occurrences: [],
      participant_pin_code: registrant.pinCode,
    },
  };
}

export function addBatchRegistrants(call: ApiCall): ApiReply {
  const meeting = openForRegistration(call);
  if (meeting.type !== 2) {
    const text = 'This API can only be used for scheduled meeting (meeting type: 2).';
    throw new ZoomApiError(400, 303, `${text} Batch registration is not supported for other meeting types.`);
  }
  const body = parseBody(batchSchema, call.body);
  const registrants = body.registrants.map((person) => {
    const registrant = register(call.world, meeting, person, body.auto_approve ?? false);
    return {
      email: registrant.email,
      registrant_id: registrant.id,
      ...linkIfApproved(call.world, meeting, registrant),
      participant_pin_code: registrant.pinCode,
    };
  });
  return { status: 200, body: { registrants } };
}

export function listRegistrants(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  refuseBasic(call);
  const status = call.query.status ?? 'approved';
  const { counters, pageNumber, items } = page(
    call,
    `registrants ${meeting.id} ${status}`,
    () => [...meeting.registrants.values()].filter((registrant) => registrant.status === status),
    (registrant) => presentRegistrant(call.world, meeting, registrant),
  );
  return { status: 200, body: { ...counters, page_number: pageNumber, registrants: items } };
}

export function getRegistrant(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  return { status: 200, body: presentRegistrant(call.world, meeting, namedRegistrant(call, meeting)) };
}

export function deleteRegistrant(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  setStatus(call.world, meeting, namedRegistrant(call, meeting), 'cancelled');
  return { status: 204 };
}

/** Cancelling or denying makes the link of that person useless; approving makes it work. */
export function setRegistrantStatus(call: ApiCall): ApiReply {
  const meeting = ownMeeting(call);
  refuseBasic(call);
  const { action, registrants } = parseBody(statusSchema, call.body);
  const status = ({ approve: 'approved', cancel: 'cancelled', deny: 'denied' } as const)[action];
  for (const { id, email } of registrants) {
    const registrant = [...meeting.registrants.values()].find((known) => known.id === id || known.email === email);
    if (!registrant) throw new ZoomApiError(400, 300, `Registrant does not exist: ${id ?? email ?? ''}.`);
    countRegistrantCall(call.world, 'Status', meeting.id, registrant.email);
    setStatus(call.world, meeting, registrant, status);
  }
  return { status: 204 };
}

/** The same address registers once: asking again answers with the same registrant. */
export function register(
  world: World,
  meeting: Meeting,
  person: { email: string; first_name: string; last_name: string },
  autoApprove: boolean,
): Registrant {
  const key = person.email.toLowerCase();
  const known = meeting.registrants.get(key);
  if (known && known.status !== 'cancelled') return known;
  if (meeting.registrants.size >= MOST_REGISTRANTS) {
    throw new ZoomApiError(404, 3043, 'Meeting has reached maximum attendee capacity.');
  }
  const registrant: Registrant = {
    id: world.ids.word(22),
    email: person.email,
    firstName: person.first_name,
    lastName: person.last_name,
    status: meeting.settings.approval_type === 0 || autoApprove ? 'approved' : 'pending',
    token: `${world.ids.word(60)}.${world.ids.word(20)}`,
    createdAt: world.clock.now(),
    pinCode: world.ids.integer(100_000, 999_999),
  };
  meeting.registrants.set(key, registrant);
  world.state.registrantTokens.set(registrant.token, { meetingId: meeting.id, email: key });
  emitRegistrationEvent(world, meeting, 'meeting.registration_created', registrant);
  return registrant;
}

function openForRegistration(call: ApiCall): Meeting {
  const meeting = ownMeeting(call);
  if (call.user.type === 1) throw paidOnly(call.user.accountId);
  if (!takesRegistration(meeting)) throw registrationOff(meeting.id);
  const over = meeting.instances.length > 0 && !meeting.live && endedLongAgo(call.world, meeting);
  if (over || meeting.settings.close_registration === true) {
    const text =
      'Meeting is over, you can not register now. If you have any questions, please contact the Meeting host.';
    throw new ZoomApiError(400, 3038, text);
  }
  return meeting;
}

/** An ended meeting may be started again, so it is over for registrants only once its planned time is, too. */
function endedLongAgo(world: World, meeting: Meeting): boolean {
  return meeting.startsAt !== null && meeting.startsAt + meeting.duration * 60_000 < world.clock.now();
}

function setStatus(world: World, meeting: Meeting, registrant: Registrant, status: Registrant['status']): void {
  registrant.status = status;
  emitRegistrationEvent(world, meeting, `meeting.registration_${status}`, registrant);
  world.changed();
}

function namedRegistrant(call: ApiCall, meeting: Meeting): Registrant {
  const id = call.params.registrantId ?? '';
  const found = [...meeting.registrants.values()].find((registrant) => registrant.id === id);
  if (!found) throw new ZoomApiError(400, 300, `Registrant does not exist: ${id}.`);
  return found;
}

function presentRegistrant(world: World, meeting: Meeting, registrant: Registrant) {
  return {
    id: registrant.id,
    email: registrant.email,
    first_name: registrant.firstName,
    last_name: registrant.lastName,
    address: '',
    city: '',
    country: '',
    zip: '',
    state: '',
    phone: '',
    industry: '',
    org: '',
    job_title: '',
    purchasing_time_frame: '',
    role_in_purchase_process: '',
    no_of_employees: '',
    comments: '',
    custom_questions: [],
    status: registrant.status,
    create_time: world.clock.iso(registrant.createdAt),
    ...linkIfApproved(world, meeting, registrant),
  };
}

function linkIfApproved(world: World, meeting: Meeting, registrant: Registrant) {
  return registrant.status === 'approved' ? { join_url: registrantLink(world, meeting, registrant) } : {};
}

import { randomBytes } from 'node:crypto';
import { interpretWebhookEvent } from '../../src/commands/interpretWebhookEvent';
import type { Deps } from '../../src/deps';
import { addMinutes } from '../../src/domain/clock';
import type { ClassDate } from '../../src/models/ClassDate';
import { WebhookEvent } from '../../src/models/WebhookEvent';
import type { ZoomMeeting } from '../../src/models/ZoomMeeting';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildPass } from '../factories/classes';
import { buildMeeting } from '../factories/meetings';
import { buildUser } from '../factories/people';
import type { Told } from './meetingEvents';
import { receiveEvent } from './receiveEvent';

/** Has an event received and interpreted, without the door in front. */
export async function tellOf(deps: Deps, { event, payload }: Told): Promise<WebhookEvent> {
  // Each delivery gets a body of its own, so that a repeat is not stopped at the door already.
  const nonce = randomBytes(8).toString('hex');
  const id = await receiveEvent(deps, JSON.stringify({ event, event_ts: 1_700_000_000_000, payload, nonce }));
  if (id === null) throw new Error('already there');
  await interpretWebhookEvent(deps, id);
  return WebhookEvent.findByPk(id, { rejectOnEmpty: true });
}

interface RoomWithStudent {
  readonly classDate: ClassDate;
  readonly meeting: ZoomMeeting;
  readonly pass: ZoomSecureToken;
}

/** A class that should have begun five minutes ago, with its meeting and a registered student. */
export async function buildRoomWithStudent(
  deps: Deps,
  fields: Parameters<typeof buildClassDate>[0] = {},
): Promise<RoomWithStudent> {
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), -5), ...fields });
  const meeting = await buildMeeting(deps.encryption, classDate);
  const student = await buildUser('student');
  const { pass } = await buildPass(deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await pass.update({ registrantId: `registrant-${pass.id}` });
  return { classDate, meeting, pass };
}

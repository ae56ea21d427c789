import { interpretWebhookEvent } from '../../src/commands/interpretWebhookEvent';
import { makeMeeting } from '../../src/commands/makeMeeting';
import { makePersonalLinks, personalUrlPlace } from '../../src/commands/makePersonalLinks';
import { settleClass } from '../../src/commands/settleClass';
import type { Deps } from '../../src/deps';
import type { JoinRequest } from '../../src/dev/zoom/live/people';
import { addMinutes } from '../../src/domain/clock';
import { ClassAttendance } from '../../src/models/ClassAttendance';
import type { ClassDate } from '../../src/models/ClassDate';
import { User } from '../../src/models/User';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import type { ZoomSecureToken } from '../../src/models/ZoomSecureToken';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { receiveEvent } from './receiveEvent';
import { RecordingTemporal } from './recordingTemporal';
import { buildConnectedTeacher, LICENSED_HOST } from './teachers';
import { startZoomSite, type ZoomSite } from './zoomSite';

export const MINUTE_MS = 60_000;

/** A class whose room is really there at the Zoom stand-in; of its webhooks only those arrive that a test hears. */
export interface HeldRoom {
  readonly classDate: ClassDate;
  readonly meetingId: string;
  readonly email: string;
  /** the student's own, at Zoom */
  readonly link: string;
}

/** How the student comes: by the link of their own, or in Zoom by the meeting's number. */
const WAYS = {
  registrant: ({ email }) => ({ as: 'registrant', email }),
  invite: ({ link }) => ({ as: 'invite', token: new URL(link).searchParams.get('tk') ?? '' }),
  plain: () => ({ name: 'Sam' }),
} satisfies Record<string, (room: Omit<HeldRoom, 'meetingId'>) => JoinRequest>;

/** Classes that are held at the Zoom stand-in, by its clock, and settled. */
export interface HeldClasses {
  readonly site: ZoomSite;
  readonly deps: Deps;
  /** Zoom works its meetings through in a minute, all rows of a list at once. */
  behave(): void;
  pass(minutes: number): void;
  /** ids by Zoom accounts, of those who have given a class */
  readonly teachers: Readonly<Record<string, number>>;
  teacherOf(host: string): Promise<number>;
  /** @param making what makes the links */
  buildRoom(host?: string, making?: Deps): Promise<HeldRoom>;
  /** The teacher for half an hour, the student for the last twenty minutes of it, a telephone for ten. */
  hold(room: HeldRoom, way?: keyof typeof WAYS): void;
  /** Webhooks of the last run of a meeting do arrive: those of some kinds. */
  hear(...kinds: readonly string[]): Promise<void>;
  /** @param minutes after it has closed */
  settle(room: Pick<HeldRoom, 'classDate'>, asking?: Deps, minutes?: number): Promise<ClassDate>;
  close(): Promise<void>;
}

export async function startHeldClasses(): Promise<HeldClasses> {
  const site = await startZoomSite();
  const { control } = site.zoom;
  const deps = { ...site.deps, temporal: new RecordingTemporal() };
  const teachers: Record<string, number> = {};
  const pass = (minutes: number) => control.advanceClock(minutes * MINUTE_MS);
  const teacherOf = async (host: string) =>
    (teachers[host] ??= (await buildConnectedTeacher(deps, site.zoom, host)).id);
  return {
    ...{ site, deps, pass, teachers, teacherOf },
    behave: () =>
      control.setBehaviour({
        ...{ processingDelayMs: MINUTE_MS, rowDelayMs: 0, largestPage: 300, pageTokenLifeMs: 15 * MINUTE_MS },
      }),
    buildRoom: async (host = LICENSED_HOST, making = deps) =>
      buildRoom(making, await teacherOf(host), new Date(control.now())),
    hold: ({ meetingId, ...room }, way = 'registrant') => {
      control.hostStart(meetingId);
      pass(10);
      control.join(meetingId, WAYS[way](room));
      const phone = control.join(meetingId, { name: 'iPhone' });
      pass(10);
      control.leave(meetingId, phone);
      pass(10);
      control.end(meetingId);
      pass(2);
    },
    hear: (...kinds) => hear(deps, control.webhooks(), kinds),
    settle: ({ classDate }, asking = deps, minutes = 90) => settle(classDate, asking, minutes),
    close: () => site.close(),
  };
}

async function buildRoom(deps: Deps, teacherId: number, startsAt: Date): Promise<HeldRoom> {
  const order = await buildOrder({ teacherId });
  const classDate = await buildClassDate({ order, startsAt, state: 'preparing' });
  const { id: userId, email } = await User.findByPk(order.userId, { rejectOnEmpty: true });
  const { pass } = await buildPass(deps.signingKeys, classDate, { userId, email });
  const input = { classDateId: classDate.id, now: startsAt };
  await makeMeeting(deps, input);
  await makePersonalLinks(deps, input);
  const { meetingId } = await ZoomMeeting.findOne({ where: { classDateId: classDate.id }, rejectOnEmpty: true });
  return { classDate: await classDate.reload(), meetingId: meetingId ?? '', email, link: await linkOf(deps, pass) };
}

async function linkOf({ encryption }: Deps, pass: ZoomSecureToken): Promise<string> {
  const { personalUrlEncrypted } = await pass.reload();
  return personalUrlEncrypted ? encryption.decrypt(personalUrlEncrypted, personalUrlPlace(pass.id)) : '';
}

async function hear(
  deps: Deps,
  sent: ReturnType<ZoomSite['zoom']['control']['webhooks']>,
  kinds: readonly string[],
): Promise<void> {
  const began = sent.findLastIndex(({ event }) => event === 'meeting.started');
  for (const { body } of sent.slice(began).filter(({ event }) => kinds.includes(event))) {
    await interpretWebhookEvent(deps, (await receiveEvent(deps, body)) ?? 0);
  }
}

async function settle(classDate: ClassDate, asking: Deps, minutes: number): Promise<ClassDate> {
  const closedAt = addMinutes(classDate.startsAt, 75);
  if (classDate.closedAt === null) await classDate.update({ state: 'ended', closedAt });
  await settleClass(asking, { classDateId: classDate.id, now: addMinutes(closedAt, minutes) });
  return classDate.reload();
}

/** Of each person, in each revision: minutes, and what is doubted of them. */
export async function minutesOf({ classDate }: Pick<HeldRoom, 'classDate'>): Promise<[number, string][]> {
  const rows = await ClassAttendance.findAll({ where: { classDateId: classDate.id }, order: ['revision', 'id'] });
  return rows.map(({ presentSeconds, doubts }) => [Math.round(presentSeconds / 60), doubts]);
}

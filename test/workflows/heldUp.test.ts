import { TOO_LATE } from '../../src/commands/planMails';
import { QUEUES } from '../../src/domain/queues';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { at, book, ends, handleOf, mailsTo, reaches, studentAddresses } from '../support/classScene';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';

/*
 * A step can wait in its queue for hours: all workers are away, or busy with what does not answer. Once it begins it goes by
 * the time it is then, not by the time at which it was wanted. In real time, because the time-skipping server skips none
 * while a step waits.
 */

let scene: DevScene;

beforeAll(async () => {
  scene = await startDevScene();
});

afterAll(() => scene.close());

/** Its room is wanted at once, and it is over so many minutes after its start. */
const MINUTES = 1;

/** A class that ends, and whose doors close, in so many seconds. */
async function bookEnding(seconds: number): Promise<ClassDate> {
  const classDate = await book(scene, { minutesAhead: seconds / 60 - MINUTES, hinted: false });
  await classDate.update({ durationMinutes: MINUTES, graceMinutes: 0 });
  await scene.stack.deps.temporal.hintClassDate(classDate, 'booked');
  return classDate;
}

/** A step that was wanted while there was time for it, and that nobody takes up before the class is over. */
async function waitsBeyondTheEnd(classDate: ClassDate, step: string): Promise<void> {
  await eventually(`${step} waits`, async () => {
    const { raw } = await handleOf(scene, classDate).describe();
    return raw.pendingActivities?.some(({ activityType }) => activityType?.name === step);
  });
  await at(scene, classDate, MINUTES);
}

const mailsOf = ({ id: classDateId }: ClassDate) => MailDelivery.findAll({ where: { classDateId } });

it('makes no room of which its class no longer has any use, and the class is missed, not ended', async () => {
  const { zoom, holdUp } = scene.stack;
  const goOn = await holdUp(QUEUES.zoom);
  const classDate = await bookEnding(15);
  await waitsBeyondTheEnd(classDate, 'makeMeeting');
  await goOn();

  expect(await reaches(classDate, 'missed')).toMatchObject({ outcome: 'room_failed' });
  await ends(scene, classDate);
  expect(await ZoomMeeting.count({ where: { classDateId: classDate.id } })).toBe(0);
  expect(zoom.control.callCount('meetingCreate')).toBe(0);
  const subjects = (await studentAddresses(classDate)).map((address) => mailsTo(scene.stack, address));
  const told = ['Your Class Starts Soon - Maths 7B', 'Your class could not be held - Maths 7B'];
  expect(subjects).toEqual([told, told]);
});

it('sends nobody a mail that comes too late, and the ledger says so', async () => {
  const goOn = await scene.stack.holdUp(QUEUES.mail);
  const classDate = await bookEnding(15);
  await reaches(classDate, 'ready');
  await waitsBeyondTheEnd(classDate, 'sendMails');
  await goOn();

  await eventually('no mail waits', async () => {
    const mails = await mailsOf(classDate);
    return mails.length > 0 && mails.every(({ state }) => state !== 'queued' && state !== 'sending');
  });
  const mails = await mailsOf(classDate);
  expect(mails.map(({ lastError }) => lastError)).toEqual(mails.map(() => TOO_LATE));
  expect(mails.map(({ state }) => state)).toEqual(mails.map(() => 'skipped'));
  for (const address of await studentAddresses(classDate)) expect(mailsTo(scene.stack, address)).toEqual([]);
});

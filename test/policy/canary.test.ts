import { randomBytes } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { ClassDate } from '../../src/models/ClassDate';
import { MailDelivery } from '../../src/models/MailDelivery';
import { ZoomMeeting } from '../../src/models/ZoomMeeting';
import { ZoomConnection } from '../../src/models/ZoomConnection';
import { User } from '../../src/models/User';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildUser } from '../factories/people';
import { addMinutes } from '../../src/domain/clock';
import { cancel, ends, handleOf, reaches, roomsAtZoom } from '../support/classScene';
import { startDevScene, type DevScene } from '../support/devScene';
import { eventually } from '../support/eventually';
import { forbiddenIn, historyTexts, type HistoryText } from '../support/historyTexts';
import { quietTemporal } from '../support/quietTemporal';
import { connectTeacher, LICENSED_HOST } from '../support/teachers';

/*
 * Everything about a person or a secret stays in MySQL. Each of these values is found nowhere else, so finding one in
 * what Temporal keeps proves a leak.
 */
const canary = (what: string) => `canary${what}${randomBytes(4).toString('hex')}`;

let scene: DevScene;

beforeAll(async () => {
  quietTemporal();
  scene = await startDevScene();
});

afterAll(() => scene.close());

afterEach(async () => {
  scene.stack.zoom.control.clearFaults();
  await scene.stack.mailbox.clearFaults();
});

interface Marked {
  readonly classDate: ClassDate;
  readonly secrets: string[];
}

/** A class on which every name, address and title is a canary; `secrets` grows by what is made for it. */
async function bookMarked(): Promise<Marked> {
  const { deps, zoom } = scene.stack;
  const secrets: string[] = [];
  const mark = (what: string) => {
    secrets.push(canary(what));
    return secrets.at(-1) ?? '';
  };
  const person = () => ({ email: `${mark('mail')}@example.test`, firstName: mark('first'), lastName: mark('last') });
  const teacher = await buildUser('teacher', person());
  await connectTeacher(deps, zoom, teacher.id, LICENSED_HOST);
  const buyer = await buildUser('student', person());
  const order = await buildOrder({ teacherId: teacher.id, userId: buyer.id, title: mark('title') });
  const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 20) });
  const { token } = await buildPass(deps.signingKeys, classDate, { userId: buyer.id, email: buyer.email });
  const tokens = zoom.control.tokensFor(LICENSED_HOST);
  secrets.push(token, LICENSED_HOST, tokens?.accessToken ?? token, tokens?.refreshToken ?? token);
  secrets.push('test-client-secret', 'test-webhook-secret');
  return { classDate, secrets };
}

async function addMade({ classDate, secrets }: Marked): Promise<void> {
  for (const { id, uuid, registrants } of await roomsAtZoom(scene, classDate)) {
    secrets.push(String(id), uuid, ...registrants.map(({ joinUrl }) => joinUrl));
  }
}

/** All that Temporal can be asked: histories of every run, descriptions, summaries, details, listings. */
async function allTexts(): Promise<HistoryText[]> {
  const { client } = scene;
  const texts: HistoryText[] = [];
  for await (const run of client.workflow.list()) {
    const handle = client.workflow.getHandle(run.workflowId, run.runId);
    const description = await handle.describe();
    texts.push(
      ...historyTexts(await handle.fetchHistory(), 'history'),
      ...historyTexts(description.raw, 'description'),
      ...historyTexts({ summary: await description.staticSummary(), memo: description.memo }, 'metadata'),
      ...historyTexts(description.searchAttributes, 'searchAttributes'),
      ...historyTexts(await detailsOf(handle), 'details'),
      ...historyTexts(run.raw, 'listed'),
    );
  }
  return texts;
}

/** The current details, as the UI asks for them. */
function detailsOf(handle: WorkflowHandle): Promise<unknown> {
  return handle.query('__temporal_workflow_metadata');
}

async function mailsAre(classDate: ClassDate, state: MailDelivery['state'], count: number): Promise<void> {
  await eventually(`${count} mails are ${state}`, async () => {
    return (await MailDelivery.count({ where: { classDateId: classDate.id, state } })) >= count;
  });
}

async function expectClean(marked: Marked): Promise<HistoryText[]> {
  await addMade(marked);
  const texts = await allTexts();
  expect(texts.length).toBeGreaterThan(100);
  expect(forbiddenIn(texts, marked.secrets)).toEqual([]);
  return texts;
}

describe('what Temporal keeps', () => {
  it('names nobody and holds no secret when all goes well', async () => {
    const marked = await bookMarked();
    await scene.stack.deps.temporal.hintClassDate(marked.classDate, 'booked');
    await reaches(marked.classDate, 'ready');
    await mailsAre(marked.classDate, 'sent', 2);
    await cancel(scene, marked.classDate);
    await ends(scene, marked.classDate);
    const texts = await expectClean(marked);
    expect(texts.map(({ text }) => text)).toEqual(expect.arrayContaining([`"Class date ${marked.classDate.id}"`]));
    expect(marked.secrets.length).toBeGreaterThan(12);
  });

  it('nor when Zoom fails and the mail server refuses', async () => {
    const marked = await bookMarked();
    scene.stack.zoom.control.addFault({ kind: 'status', operation: 'meetingCreate', status: 500, times: 1 });
    const buyer = await User.findOne({ where: { role: 'student' }, order: [['id', 'DESC']], rejectOnEmpty: true });
    await scene.stack.mailbox.addFault({ kind: 'refuse', address: buyer.email });
    await scene.stack.deps.temporal.hintClassDate(marked.classDate, 'booked');
    await eventually('the attempt failed', () => {
      return ZoomMeeting.count({
        where: { classDateId: marked.classDate.id, state: ['planned', 'unknown', 'failed'] },
      });
    });
    await mailsAre(marked.classDate, 'bounced', 1);
    await expectClean(marked);
  });

  it('nor when a teacher’s consent is refused, and people are told', async () => {
    const marked = await bookMarked();
    const { deps, zoom } = scene.stack;
    const admin = await buildUser('admin', { email: `${canary('admin')}@example.test` });
    marked.secrets.push(admin.email);
    const connection = await ZoomConnection.findOne({
      where: { userId: marked.classDate.teacherId },
      rejectOnEmpty: true,
    });
    await deps.temporal.hintConnection(connection, 'connected');
    zoom.control.revoke(LICENSED_HOST);
    await ZoomConnection.update({ tokenExpiresAt: new Date() }, { where: { id: connection.id } });
    await deps.temporal.hintConnection(connection, 'test');
    await eventually('people are told', () => MailDelivery.count({ where: { userId: admin.id, state: 'sent' } }));
    const texts = (await expectClean(marked)).map(({ text }) => text);
    expect(texts).toEqual(expect.arrayContaining([`"Zoom connection ${connection.id}"`]));
    expect(texts.join('\n')).toContain('teacher_connection, open');
  });

  it('nor when our own steps fail, whose errors quote what they worked on', async () => {
    const marked = await bookMarked();
    const { db } = scene.stack.deps;
    const leak = canary('sql');
    marked.secrets.push(leak);
    const message = `${leak} person@example.test https://zoom.example/j/1`;
    await db.query(
      `CREATE TRIGGER refuses BEFORE UPDATE ON mail_deliveries FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${message}'`,
    );
    await db.query(
      `CREATE TRIGGER refuses_too BEFORE INSERT ON zoom_meetings FOR EACH ROW
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${message}'`,
    );
    await scene.stack.deps.temporal.hintClassDate(marked.classDate, 'booked');
    const handle = handleOf(scene, marked.classDate);
    await eventually('two steps have failed', async () => {
      const { events } = await handle.fetchHistory();
      const failed = (events ?? []).filter((event) => event.activityTaskFailedEventAttributes);
      return failed.length >= 2;
    });
    await db.query('DROP TRIGGER refuses');
    await db.query('DROP TRIGGER refuses_too');
    const texts = await expectClean(marked);
    expect(texts.map(({ text }) => text)).toContain("makeMeeting failed; the worker's log says where");
    expect(texts.map(({ text }) => text)).toContain('SequelizeDatabaseError');
  });
});

describe('the search', () => {
  const clean = { events: [{ attributes: { data: Buffer.from('"booked"') } }] };

  it('finds a leak wherever it is: text, payload, key', () => {
    const leaks = [
      { ...clean, message: 'to sam@example.test' },
      { ...clean, payload: { data: Buffer.from('"https://zoom.us/j/1"') } },
      { ...clean, memo: { [randomBytes(32).toString('hex')]: 1 } },
      { ...clean, details: [{ data: Buffer.from('"a secret title"') }] },
    ];
    for (const leak of leaks) expect(forbiddenIn(historyTexts(leak), ['a secret title'])).toHaveLength(1);
    expect(forbiddenIn(historyTexts(clean), ['a secret title'])).toEqual([]);
  });

  it('passes over what the SDK writes about its own process only', () => {
    expect(forbiddenIn(historyTexts({ event: { identity: '12@host', notIdentity: '12@host' } }))).toEqual([
      '.event.notIdentity: 12@host',
    ]);
  });
});

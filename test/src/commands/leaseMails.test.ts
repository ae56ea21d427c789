import { leaseMails } from '../../../src/commands/leaseMails';
import { sendDueMails } from '../../../src/commands/sendDueMails';
import { addMinutes } from '../../../src/domain/clock';
import type { ClassDate } from '../../../src/models/ClassDate';
import { MailDelivery } from '../../../src/models/MailDelivery';
import { buildClassDate, buildPass } from '../../factories/classes';
import { buildMail } from '../../factories/mails';
import { buildUser } from '../../factories/people';
import { startMailSite, type MailSite } from '../../support/mailSite';

const NOW = new Date();
const LEASED = { leaseHolder: 'somebody', leaseUntil: new Date(Date.now() + 3_600_000) };
const DEAD = { leaseHolder: 'dead', leaseUntil: new Date(Date.now() - 1_000) };

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

beforeEach(() => MailDelivery.destroy({ where: {} }));

const buildComing = () => buildClassDate({ state: 'ready', startsAt: addMinutes(NOW, 20) });

async function buildDue(classDate: ClassDate, fields: Partial<MailDelivery> = {}): Promise<MailDelivery> {
  const { id: userId, email } = await buildUser('student');
  const { pass } = await buildPass(site.deps.signingKeys, classDate, { userId, email });
  return buildMail(classDate, pass, { state: 'queued', sentAt: null, nextAttemptAt: NOW, ...fields });
}

const lease = ({ id }: ClassDate) => leaseMails(site.deps, { classDateId: id }, NOW);

describe('a batch', () => {
  it('is of fifty, in their order, and the next is of those that are left', async () => {
    const classDate = await buildComing();
    const first = await buildDue(classDate);
    await MailDelivery.bulkCreate(
      Array.from({ length: 59 }, (_, index) => ({
        ...first.get(),
        ...{ id: first.id + 1 + index, version: 2 + index, messageKey: String(index).padStart(32, '0') },
      })),
    );
    const batches = [await lease(classDate), await lease(classDate), await lease(classDate)];
    expect(batches.map((rows) => rows.map(({ id }) => id - first.id))).toEqual([
      Array.from({ length: 50 }, (_, index) => index),
      Array.from({ length: 10 }, (_, index) => 50 + index),
      [],
    ]);
  });

  it('is had by one only, however many take it at once', async () => {
    const classDate = await buildComing();
    for (let mails = 0; mails < 3; mails += 1) await buildDue(classDate);
    const taken = await Promise.all(Array.from({ length: 5 }, () => lease(classDate)));
    expect(taken.map(({ length }) => length).sort()).toEqual([0, 0, 0, 0, 3]);
  });

  it('leaves one that was repeated already, and takes what is behind it', async () => {
    const classDate = await buildComing();
    const repeated = await buildDue(classDate, { state: 'data_sent', resent: true, ...DEAD });
    expect(await lease(classDate)).toEqual([]);
    expect(await repeated.reload()).toMatchObject({ state: 'unknown', leaseHolder: null });
    const mayBeOut = await buildDue(classDate, { state: 'data_sent', ...DEAD });
    expect(await lease(classDate)).toMatchObject([{ id: mayBeOut.id, state: 'sending', resent: true, attempts: 1 }]);
  });

  it('waits for nobody who is at work on another mail', async () => {
    const classDate = await buildComing();
    const other = await buildDue(classDate, { state: 'data_sent', ...LEASED });
    const due = await buildDue(classDate);
    const work = await site.deps.db.transaction();
    try {
      await MailDelivery.update({ state: 'sent' }, { where: { id: other.id }, transaction: work });
      expect(await lease(classDate)).toMatchObject([{ id: due.id }]);
    } finally {
      await work.commit();
    }
  });
});

/** As InnoDB has it when two wait for each other, and it undoes what one of them has begun. */
const UNDONE = Object.assign(new Error('Deadlock found when trying to get lock; try restarting transaction'), {
  errno: 1213,
});

it.each([
  ['before the last byte', 0],
  ['once the mail is out', 1],
])('a note that the database undoes %s is made again, and the mail goes out once', async (_when, former) => {
  const classDate = await buildComing();
  const mail = await buildDue(classDate);
  const update = MailDelivery.update.bind(MailDelivery);
  const notes = jest.spyOn(MailDelivery, 'update');
  for (let kept = 0; kept < former; kept += 1) notes.mockImplementationOnce(update);
  notes.mockRejectedValueOnce(UNDONE);
  const about = { classDateId: classDate.id };
  const result = await sendDueMails(site.deps, { about, now: NOW, heartbeat: () => undefined });
  notes.mockRestore();
  expect(result).toEqual({ sent: 1, retrying: 0 });
  expect(await mail.reload()).toMatchObject({ state: 'sent', resent: false });
});

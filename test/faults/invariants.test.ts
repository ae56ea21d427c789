import type { ClassMailKind } from '../../src/domain/mails';
import { buildClassDate, buildOrder, buildPass } from '../factories/classes';
import { buildMail } from '../factories/mails';
import { startMailSite, type MailSite } from '../support/mailSite';
import { judgeMails } from './invariants';

let site: MailSite;

beforeAll(async () => {
  site = await startMailSite();
});

afterAll(() => site.close());

/** What is counted as lost of a class whose buyer was reminded and whose teacher has this one mail; both arrived. */
async function lostWith(kind: ClassMailKind): Promise<number> {
  const order = await buildOrder();
  const classDate = await buildClassDate({ order });
  const { pass } = await buildPass(site.deps.signingKeys, classDate, {
    userId: order.userId,
    email: 'b@students.test',
  });
  const { teacherId } = classDate;
  const toTeacher = { passId: null, userId: teacherId, recipientKey: `user:${teacherId}`, kind };
  for (const row of [await buildMail(classDate, pass), await buildMail(classDate, pass, toTeacher)]) {
    const raw = Buffer.from(
      `Subject: ${row.kind}\r\nMessage-ID: <${row.messageKey}@live.example.test>\r\n\r\nHello\r\n`,
    );
    const mail = { from: 'live@example.test', to: `${row.recipientKey.replace(':', '')}@people.test`, raw };
    await site.deps.mailer.send(mail, () => Promise.resolve());
  }
  return (await judgeMails({ mailboxUrl: site.mailbox.url }, [classDate])).lost;
}

it('counts a reminder as lost that was never planned, although its recipient was told of a risk', async () => {
  expect(await lostWith('class_at_risk')).toBe(1);
});

it('counts nothing as lost when everybody has theirs', async () => {
  expect(await lostWith('teacher_start')).toBe(0);
});

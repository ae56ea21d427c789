import { load } from 'cheerio';
import { addMinutes } from '../../../../src/domain/clock';
import { DroppedRegistrant } from '../../../../src/models/DroppedRegistrant';
import { MailDelivery } from '../../../../src/models/MailDelivery';
import { OrderGuest } from '../../../../src/models/OrderGuest';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { paths } from '../../../../src/routes/paths';
import { buildClassDate, buildPass } from '../../../factories/classes';
import { buildMeeting } from '../../../factories/meetings';
import { buildUser } from '../../../factories/people';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

let people = 0;

/** A pass of somebody whose name is like no other's, with its own way into Zoom. */
async function buildFoundable() {
  people += 1;
  const lastName = `Uniquename${people}`;
  const classDate = await buildClassDate({ state: 'ready', startsAt: addMinutes(new Date(), 10) });
  const meeting = await buildMeeting(website.deps.encryption, classDate);
  const student = await buildUser('student', { lastName });
  const made = await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: student.email });
  await made.pass.update({ linkMeetingId: meeting.id, linkQuality: 'registrant', registrantId: `reg${people}` });
  return { ...made, classDate, lastName, student, url: `/join/class/${classDate.id}?token=${made.token}` };
}

const look = (wanted: string) => browser.submit(paths.passes, { wanted });
const actionsOf = async (passId: number) =>
  (await ZoomAuditLog.findAll({ where: { entityType: 'zoom_secure_token', entityId: passId }, order: ['id'] })).map(
    ({ action }) => action,
  );

describe('finding a pass', () => {
  it('by a pasted link, its token alone, or the link before the newest; the link is written nowhere', async () => {
    const { pass, token, url } = await buildFoundable();
    for (const wanted of [`https://live.example.test${url}`, token, `  ${token} `]) {
      const answer = await look(wanted);
      expect([answer.status, answer.headers['location']]).toEqual([303, paths.pass(pass.id)]);
    }
    await browser.submit(paths.passNewLink(pass.id));
    expect((await look(token)).headers['location']).toBe(paths.pass(pass.id));
    expect(website.logged.join('')).not.toContain(token);
    expect(JSON.stringify(await ZoomAuditLog.findAll())).not.toContain(token);
  });

  it('says why a link may belong to no pass, without writing it into the page', async () => {
    const token = 'd'.repeat(64);
    const answer = await look(`https://live.example.test/join/class/1?token=${token}`);
    expect([answer.status, answer.text.includes('No pass has this link')]).toEqual([422, true]);
    expect(answer.text).not.toContain(token);
  });

  it('by a part of the name or the address, or by the number of the class date', async () => {
    const { pass, lastName, student, classDate } = await buildFoundable();
    for (const wanted of [lastName, lastName.slice(2).toLowerCase(), student.email, String(classDate.id)]) {
      const hrefs = parse(await look(wanted))('.rows a')
        .get()
        .map(({ attribs }) => attribs['href']);
      expect(hrefs).toContain(paths.pass(pass.id));
    }
    expect((await look('nobody is called this')).text).toContain('Nobody with a pass');
    // A percent sign is a percent sign.
    expect((await look('%%')).text).toContain('Nobody with a pass');
  });

  it.each(['', 'x', '\u0000\u0000', 'y'.repeat(10_000), '\u0430'.repeat(64)])('answers %j kindly', async (wanted) => {
    expect((await look(wanted)).status).toBeLessThan(500);
  });

  it('is for admins', async () => {
    const { pass } = await buildFoundable();
    const teacher = await signedInBrowser(website, 'teacher');
    for (const path of [paths.passes, paths.pass(pass.id)]) {
      expect((await teacher.browser.get(path)).status).toBe(403);
    }
    expect((await browser.get(paths.pass(999_999))).status).toBe(404);
  });
});

it('tells the story of a pass: issued, refused, mailed, withdrawn, given back', async () => {
  const { pass, url } = await buildFoundable();
  expect(parse(await browser.get(paths.pass(pass.id)))('dl').text()).toContain('Their own link');
  await pass.update({ usedAt: new Date(), holderHash: 'b'.repeat(64), takeovers: 3 });
  await browser.get(url);
  await browser.submit(paths.passLink(pass.id));
  await browser.submit(paths.passRevoke(pass.id));
  await browser.submit(paths.passRestore(pass.id));
  const page = parse(await browser.get(paths.pass(pass.id)));
  const story = page('ul.rows').text();
  for (const word of ['Issued', 'used elsewhere', 'Mail: new link, queued', 'withdrawn', 'given back']) {
    expect(story).toContain(word);
  }
});

describe('what can be done', () => {
  it('a withdrawn pass lets nobody in, and Zoom is asked to take its link back', async () => {
    const { pass, url, classDate } = await buildFoundable();
    await browser.submit(paths.passRevoke(pass.id));
    expect((await browser.get(url)).status).toBe(404);
    expect(await DroppedRegistrant.count({ where: { classDateId: classDate.id } })).toBe(1);
    expect(website.temporal.hints).toContain(`${classDate.id}: roster changed`);
    await browser.submit(paths.passRevoke(pass.id));
    expect((await browser.get(paths.pass(pass.id))).text).toContain('withdrawn already');
    expect(await actionsOf(pass.id)).toEqual(['pass_revoked']);
  });

  it('given back, it has a new link, which is mailed; the former one stays dead', async () => {
    const { pass, url } = await buildFoundable();
    const { token } = pass;
    await browser.submit(paths.passRevoke(pass.id));
    await browser.submit(paths.passRestore(pass.id));
    await pass.reload();
    expect(pass).toMatchObject({ revokedAt: null, usedAt: null, linkMeetingId: null });
    expect(pass.token).not.toBe(token);
    expect((await browser.get(url)).status).toBe(404);
    expect(await MailDelivery.count({ where: { passId: pass.id, kind: 'new_link' } })).toBe(1);
    await browser.submit(paths.passRestore(pass.id));
    expect((await browser.get(paths.pass(pass.id))).text).toContain('there is nothing to give back');
  });

  it('a guest who was removed is given nothing back here', async () => {
    const { classDate } = await buildFoundable();
    const guest = await OrderGuest.create({
      ...{ orderId: classDate.orderId, email: 'gone@guests.example', removedAt: new Date() },
    });
    const { pass } = await buildPass(website.deps.signingKeys, classDate, { guestId: guest.id, email: guest.email });
    await pass.update({ revokedAt: new Date() });
    await browser.submit(paths.passRestore(pass.id));
    expect((await browser.get(paths.pass(pass.id))).text).toContain('Add them again on the page of the order');
    expect((await pass.reload()).revokedAt).not.toBeNull();
  });

  const buttonsOf = async (passId: number) =>
    parse(await browser.get(paths.pass(passId)))('.buttons button')
      .get()
      .map((button) => load(button).text());
  const linkMails = (passId: number) => MailDelivery.count({ where: { passId, kind: 'new_link' } });

  it('to a class that is cancelled no link is sent, and no pass given back, before it is reopened', async () => {
    const { pass, classDate } = await buildFoundable();
    await classDate.update({ state: 'cancelled' });
    const { token } = pass;
    expect(await buttonsOf(pass.id)).toEqual(['Withdraw it']);
    for (const path of [paths.passLink(pass.id), paths.passNewLink(pass.id)]) {
      await browser.submit(path);
      expect((await browser.get(paths.pass(pass.id))).text).toContain('Reopen the class first');
    }
    await browser.submit(paths.passRevoke(pass.id));
    expect(await buttonsOf(pass.id)).toEqual([]);
    await browser.submit(paths.passRestore(pass.id));
    expect((await browser.get(paths.pass(pass.id))).text).toContain('Reopen the class first');
    await pass.reload();
    expect([pass.token, pass.revokedAt, await linkMails(pass.id)]).toEqual([token, expect.any(Date), 0]);
  });

  it('in a class that is over a pass is given back without a link, which would lead nowhere', async () => {
    const { pass, classDate } = await buildFoundable();
    await pass.update({ linkQuality: null });
    expect((await browser.get(paths.pass(pass.id))).text).toContain('None yet: it is made when the room opens');
    await classDate.update({ state: 'ended', endedAt: new Date(), closedAt: new Date() });
    expect(await buttonsOf(pass.id)).toEqual(['Withdraw it']);
    expect((await browser.get(paths.pass(pass.id))).text).not.toMatch(/None yet|A new link/);
    await browser.submit(paths.passLink(pass.id));
    expect((await browser.get(paths.pass(pass.id))).text).toContain('This class is over');
    await browser.submit(paths.passRevoke(pass.id));
    expect(await buttonsOf(pass.id)).toEqual(['Give it back']);
    await browser.submit(paths.passRestore(pass.id));
    expect([(await pass.reload()).revokedAt, await linkMails(pass.id)]).toEqual([null, 0]);
  });
});

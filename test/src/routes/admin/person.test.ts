import { AccountLink } from '../../../../src/models/AccountLink';
import { User } from '../../../../src/models/User';
import { paths } from '../../../../src/routes/paths';
import { addMinutes } from '../../../../src/domain/clock';
import { buildClassDate, buildOrder, buildPass } from '../../../factories/classes';
import { buildUser } from '../../../factories/people';
import { Browser, parse, passwordHash, PASSWORD, signedInBrowser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;
let admin: User;

beforeAll(async () => {
  website = await startWebsite();
  ({ browser, user: admin } = await signedInBrowser(website, 'admin'));
});

afterAll(() => website.close());

const contentOf = ({ email, firstName, lastName, timeZone }: User, changed: Readonly<Record<string, string>> = {}) => ({
  ...{ email, firstName, lastName, timeZone: timeZone ?? '', customer: '', externalId: '' },
  ...changed,
});

/** What the page that an answer leads to says. */
async function whatIsSaid(answer: { headers: Record<string, string> }): Promise<string> {
  return parse(await browser.get(answer.headers['location'] ?? ''))('.flash').text();
}

describe('looking for somebody', () => {
  const found = async (query: string) =>
    parse(await browser.get(`${paths.people}?${query}`))('.rows a')
      .toArray()
      .map((link) => Number(link.attribs['href']?.split('/').at(-1)));

  it('goes by any part of name or address, role and state', async () => {
    const ada = await buildUser('teacher', {
      firstName: 'Ada',
      lastName: 'Findable',
      passwordHash: await passwordHash(),
    });
    const invited = await buildUser('teacher', { firstName: 'Bo', lastName: 'Findable' });
    const student = await buildUser('student', { firstName: '100%', lastName: 'Findable', disabledAt: new Date() });
    expect(await found('person=findable')).toEqual([student.id, invited.id, ada.id]);
    expect(await found('person=Findable+ada')).toEqual([ada.id]);
    expect(await found(`person=${ada.email}`)).toEqual([ada.id]);
    expect(await found('person=%25+Findable')).toEqual([student.id]);
    expect(await found('person=findable&role=teacher')).toEqual([invited.id, ada.id]);
    expect(await found('person=findable&state=invited')).toEqual([invited.id]);
    expect(await found('person=findable&state=disabled')).toEqual([student.id]);
    expect(await found('person=findable&state=enabled')).toEqual([ada.id]);
    expect(await found('person=nobody+at+all')).toEqual([]);
  });

  it('writes whom was looked for into no log', async () => {
    await browser.get(`${paths.people}?person=somebody.secret`);
    expect(website.logged.join('')).not.toContain('somebody.secret');
  });

  it.each(['role=owner', 'state=x', 'page=0', 'page=x', 'person=', 'person[]=a', `person=${'x'.repeat(500)}`])(
    'asks nothing by what is odd: %s',
    async (query) => {
      expect((await browser.get(`${paths.people}?${query}`)).status).toBe(200);
    },
  );

  it('goes on page by page', async () => {
    await User.bulkCreate(
      Array.from({ length: 51 }, (_, index) => ({
        ...{ role: 'student' as const, email: `page${index}@example.test`, firstName: 'Page', lastName: `P${index}` },
      })),
    );
    const page = parse(await browser.get(`${paths.people}?person=Page`));
    expect([page('.rows li').length, page('#content > h2').first().text()]).toEqual([50, '51 people']);
    const further = page('a[rel=next]').attr('href') ?? '';
    expect(parse(await browser.get(further))('.rows li')).toHaveLength(1);
  });
});

describe('a person’s page', () => {
  it('corrects them, and says what that does', async () => {
    const student = await buildUser('student');
    const order = await buildOrder({ userId: student.id });
    const classDate = await buildClassDate({ order, startsAt: addMinutes(new Date(), 600) });
    const { pass } = await buildPass(website.deps.signingKeys, classDate, { userId: student.id, email: student.email });
    const at = paths.person(student.id);
    expect(await whatIsSaid(await browser.submit(at, contentOf(student)))).toBe(
      'It was so already; nothing has changed.',
    );
    expect(await whatIsSaid(await browser.submit(at, contentOf(student, { lastName: 'New' })))).toBe('It is saved.');
    const email = 'elsewhere@example.test';
    expect(await whatIsSaid(await browser.submit(at, contentOf(student, { email })))).toContain('have stopped working');
    expect((await website.audited()).at(-1)).toBe('user_changed');
    const former = pass.token;
    await pass.reload();
    expect([pass.email, pass.token === former, pass.epoch]).toEqual([email, false, 2]);
  });

  it('says what is wrong, and keeps what was typed', async () => {
    const teacher = await buildUser('teacher');
    const taken = await buildUser('student');
    for (const [changed, words] of [
      [{ email: taken.email }, 'here already'],
      [{ email: 'x' }, 'Enter an e-mail address'],
      [{ firstName: '' }, 'Enter a first name'],
      [{ timeZone: 'Mars' }, 'Enter a time zone'],
      [{ externalId: 'ö' }, 'Use letters'],
    ] as const) {
      const typed = contentOf(teacher, changed);
      const answer = await browser.submit(paths.person(teacher.id), typed);
      expect([answer.status, parse(answer)('.summary').text()]).toEqual([422, expect.stringContaining(words)]);
      const [name = '', value = ''] = Object.entries(changed)[0] ?? [];
      expect(parse(answer)(`#${name}`).attr('value')).toBe(value);
    }
    expect((await teacher.reload()).updatedAt).toEqual(teacher.createdAt);
  });

  it('signs out whoever reads elsewhere from now on', async () => {
    const { browser: theirs, user } = await signedInBrowser(website, 'teacher');
    await browser.submit(paths.person(user.id), contentOf(user, { email: 'tamara.new@example.test' }));
    expect((await theirs.get(paths.teacher)).status).toBe(303);
    const fields = { email: 'tamara.new@example.test', password: PASSWORD };
    expect((await new Browser(website).submit(paths.login, fields)).status).toBe(303);
  });

  it('hands somebody over to a marketplace, and takes them back', async () => {
    const [teacher, other] = [await buildUser('teacher'), await buildUser('teacher')];
    const external = { customer: 'shop', externalId: 'T-1' };
    await browser.submit(paths.person(teacher.id), contentOf(teacher, external));
    expect(await teacher.reload()).toMatchObject(external);
    const again = await browser.submit(paths.person(other.id), contentOf(other, external));
    expect([again.status, parse(again)('.summary').text()]).toEqual([422, expect.stringContaining('this id')]);
    await browser.submit(paths.person(teacher.id), contentOf(teacher));
    expect(await teacher.reload()).toMatchObject({ customer: null, externalId: null });
  });

  it('invites, and invites once more', async () => {
    const teacher = await buildUser('teacher');
    const at = paths.personInvitation(teacher.id);
    expect(
      parse(await browser.get(paths.person(teacher.id)))('.buttons button')
        .first()
        .text(),
    ).toBe('Invite them');
    expect(await whatIsSaid(await browser.submit(at))).toContain('An invitation is on its way');
    expect(
      parse(await browser.get(paths.person(teacher.id)))('.buttons button')
        .first()
        .text(),
    ).toBe('Invite once more');
    for (let more = 0; more < 5; more += 1) await browser.submit(at);
    expect(await whatIsSaid(await browser.submit(at))).toContain('several times within the hour');
    expect(await AccountLink.count({ where: { userId: teacher.id, withdrawnAt: null } })).toBe(1);
  });

  it('disables after a page that says what it does, and enables again', async () => {
    const teacher = await buildUser('teacher');
    const order = await buildOrder({ teacherId: teacher.id, title: 'Fractions' });
    await buildClassDate({ order, startsAt: addMinutes(new Date(), 600) });
    const asked = parse(await browser.get(paths.personDisabling(teacher.id)));
    expect(asked('.does').text()).toContain('1 coming class stays theirs and is at risk');
    expect(asked('.rows').text()).toContain('Fractions');
    expect((await teacher.reload()).disabledAt).toBeNull();
    expect(await whatIsSaid(await browser.submit(paths.personDisabling(teacher.id)))).toContain('They are disabled');
    expect((await teacher.reload()).disabledAt).not.toBeNull();
    expect(await whatIsSaid(await browser.submit(paths.personDisabling(teacher.id)))).toContain('disabled before');
    expect(await whatIsSaid(await browser.submit(paths.personEnabling(teacher.id)))).toContain('let in again');
    expect((await teacher.reload()).disabledAt).toBeNull();
  });

  it('says that the last admin cannot be disabled', async () => {
    await User.update({ disabledAt: new Date() }, { where: { role: 'admin', disabledAt: null } });
    await admin.update({ disabledAt: null });
    expect(await whatIsSaid(await browser.submit(paths.personDisabling(admin.id)))).toContain('the last admin');
    expect((await admin.reload()).disabledAt).toBeNull();
  });

  it('is not there for a number that nobody has', async () => {
    for (const path of [paths.person(999_999), paths.personDisabling(999_999)]) {
      expect((await browser.get(path)).status).toBe(404);
      expect((await browser.submit(path)).status).toBe(404);
    }
  });

  it('shows no password hash', async () => {
    const user = await buildUser('teacher', { passwordHash: await passwordHash() });
    expect((await browser.get(paths.person(user.id))).text).not.toContain('argon2');
  });
});

import { AccountLink } from '../../../src/models/AccountLink';
import { User } from '../../../src/models/User';
import { buildUser } from '../../factories/people';
import { commandSiteOfTests } from '../../support/commandSite';

const { run } = commandSiteOfTests('users');

const NAME = ['--first-name', 'Nia', '--last-name', 'New'];
const linksOf = (userId: number) => AccountLink.count({ where: { userId } });

it('somebody is added, and invited unless it is said otherwise; nobody by a trial', async () => {
  const create = (role: string, email: string) => ['create', '--role', role, '--email', email, ...NAME];
  const teacher = create('teacher', 'nia@example.org');
  const [tried] = await run([...teacher, '--dry-run']);
  expect(tried?.out.trim()).toBe('Would add the teacher nia@example.org.');
  expect(await User.count()).toBe(0);

  const [invited, quiet, student, again] = await run(
    [...teacher, '--time-zone', 'Europe/Paris'],
    [...create('admin', 'quiet@example.org'), '--no-invitation', '--json'],
    create('student', 'student@example.org'),
    teacher,
  );
  const idOf = async (email: string) => (await User.findOne({ where: { email }, rejectOnEmpty: true })).id;
  const nia = await User.findByPk(await idOf('nia@example.org'));
  expect(nia).toMatchObject({ role: 'teacher', fullName: 'Nia New', timeZone: 'Europe/Paris', passwordHash: null });
  expect(invited?.out.trim()).toBe(`nia@example.org is here now (teacher, number ${nia?.id}) and is invited by mail.`);
  expect(await linksOf(nia?.id ?? 0)).toBe(1);
  const id = await idOf('quiet@example.org');
  expect(JSON.parse(quiet?.out ?? '')).toEqual({ id, email: 'quiet@example.org', role: 'admin', invited: false });
  expect(await linksOf(id)).toBe(0);
  expect(student?.out).not.toContain('invited');
  expect([again?.code, again?.err.trim()]).toEqual([64, 'Somebody with this e-mail address is here already.']);
});

it('people are listed by what they are called, what they do and how they stand', async () => {
  const ada = await buildUser('teacher', { firstName: 'Ada', lastName: 'Listed', passwordHash: 'x' });
  const bea = await buildUser('teacher', { firstName: 'Bea', lastName: 'Listed' });
  const out = await buildUser('student', { firstName: 'Cleo', lastName: 'Listed', disabledAt: new Date() });
  const find = ['list', '--find', 'Listed', '--json'];
  const ran = await run(
    ['list', '--find', 'Listed'],
    [...find, '--role', 'teacher'],
    [...find, '--state', 'invited'],
    [...find, '--state', 'disabled'],
    [...find, '--limit', '1'],
    ['list', '--find', 'Nobody'],
  );
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(ran[0]?.out).toMatch(new RegExp(`^${ada.id} +teacher +enabled +Ada Listed +${ada.email} +Europe/Berlin`, 'm'));
  const ids = ran.slice(1, 5).map((one) => (JSON.parse(one.out) as { id: number }[]).map(({ id }) => id));
  expect(ids).toEqual([[bea.id, ada.id], [bea.id], [out.id], [out.id]]);
  expect(ran[5]?.out.trim()).toBe('Nobody fits.');
});

it('somebody is corrected; what is not named stays', async () => {
  const user = await buildUser('student', { firstName: 'Sam', lastName: 'Before' });
  const change = ['change', String(user.id), '--last-name', 'After', '--email', 'after@example.org'];
  const [tried] = await run([...change, '--dry-run']);
  expect(tried?.out.trim()).toBe(`Person ${user.id} would be changed.`);
  expect((await user.reload()).lastName).toBe('Before');
  const [changed, again] = await run(change, change);
  expect([changed?.code, changed?.out.trim()]).toEqual([0, `Person ${user.id} is changed.`]);
  expect(again?.out.trim()).toBe(`Person ${user.id} is so already; nothing has changed.`);
  expect(await user.reload()).toMatchObject({ fullName: 'Sam After', email: 'after@example.org' });
});

it('somebody is disabled, enabled and invited once more; nothing in a trial', async () => {
  const teacher = await buildUser('teacher');
  const id = String(teacher.id);
  const isDisabled = async () => (await teacher.reload()).disabledAt !== null;
  const said = async (...commands: (readonly string[])[]) =>
    (await run(...commands)).map(({ code, out, err }) => [code, (out + err).trim()]);

  expect(await said(['disable', id, '--dry-run'], ['invite', id, '--dry-run'])).toEqual([
    [0, `Person ${id} would be disabled.`],
    [0, `Person ${id} would be invited.`],
  ]);
  expect([await isDisabled(), await linksOf(teacher.id)]).toEqual([false, 0]);
  const disable = ['disable', id];
  expect(await said(disable, disable, ['invite', id], ['enable', id, '--dry-run'])).toEqual([
    [0, `Person ${id} is disabled.`],
    [0, `Person ${id} is so already; nothing has changed.`],
    [1, 'This person is disabled. Enable them first.'],
    [0, `Person ${id} would be enabled.`],
  ]);
  expect([await isDisabled(), await linksOf(teacher.id)]).toEqual([true, 0]);
  expect(await said(['enable', id], ['invite', id], ['disable', '999999'])).toEqual([
    [0, `Person ${id} is enabled.`],
    [0, `Person ${id} is invited.`],
    [1, 'There is no such person.'],
  ]);
  expect([await isDisabled(), await linksOf(teacher.id)]).toEqual([false, 1]);
});

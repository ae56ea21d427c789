import { RefusedEdit } from '../../../src/models/RefusedEdit';
import { ZoomAuditLog } from '../../../src/models/ZoomAuditLog';
import { buildRefusedEdit } from '../../factories/refusedEdits';
import { commandSiteOfTests } from '../../support/commandSite';

const site = commandSiteOfTests('refused-edits');
const { run } = site;

it('are listed with both words', async () => {
  const { edit } = await buildRefusedEdit(site.deps);
  const [shown, json] = await run(['list'], ['list', '--json']);
  expect(shown?.out).toMatch(new RegExp(`^${edit.id} +The order As we say +Title +As we say +As the shop says$`, 'm'));
  expect(JSON.parse(json?.out ?? '')).toMatchObject([
    { id: edit.id, customer: 'shop', differences: [{ what: 'Title', here: 'As we say', theirs: 'As the shop says' }] },
  ]);
  await RefusedEdit.destroy({ where: {} });
  expect((await run(['list']))[0]?.out.trim()).toBe('Nothing waits for a decision.');
});

it.each([
  ['keep-ours', 'what was changed here stands', 'As we say'],
  ['take-theirs', 'it is as the marketplace says', 'As the shop says'],
])('%s: %s; not in a trial, and once', async (command, words, title) => {
  const { edit, order } = await buildRefusedEdit(site.deps);
  const one = [command, String(edit.id)];
  const said = async (...commands: (readonly string[])[]) =>
    (await run(...commands)).map(({ code, out, err }) => [code, (out + err).trim()]);
  expect(await said([...one, '--dry-run'])).toEqual([[0, `Edit ${edit.id} would be settled: ${words}.`]]);
  expect([await RefusedEdit.count(), (await order.reload()).title]).toEqual([1, 'As we say']);
  expect(await said(one, one)).toEqual([
    [0, `Edit ${edit.id} is settled: ${words}.`],
    [1, expect.stringContaining('There is no such edit any more')],
  ]);
  expect([await RefusedEdit.count(), (await order.reload()).title]).toEqual([0, title]);
  const audits = await ZoomAuditLog.findAll({ where: { entityType: 'book_order', entityId: order.id } });
  expect(audits.map(({ action }) => action).at(-1)).toBe(
    command === 'keep-ours' ? 'refused_edit_dropped' : 'order_changed',
  );
});

import type { Response } from 'supertest';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import type { DocumentedCall } from '../../../support/apiDocument';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import { sampleOf } from '../../../support/schemaCases';

/*
 * Every call of the served document, with the key of a customer whose business it is not: what is added to the document is
 * tried here without a word.
 */

const TITLE = 'A secret course';

let site: ApiSite;
let shop: Caller;
let other: Caller;
/** What the shop's things are called in addresses; whatever else there may be is called as the document has it. */
let names: Readonly<Record<string, string>>;
let teacherEmail: string;

beforeAll(async () => {
  site = await startApiSite();
  [shop, other] = [await site.caller(), await site.caller({ customer: 'other-shop' })];
  teacherEmail = (await buildUser('teacher')).email;
  const answer = await shop.put('/api/v1/orders/A-1042', orderContent(teacherEmail, { title: TITLE }));
  await shop.put('/api/v1/orders/A-1042/class-dates/lesson-1', classDateContent());
  for (const kind of ['teachers', 'students']) {
    const person = { email: `${kind}@a.test`, firstName: 'A', lastName: TITLE };
    expect((await shop.put(`/api/v1/${kind}/A-1042`, person)).status).toBe(201);
  }
  const endpoint = { url: 'https://8.8.8.8/A-1042' };
  expect((await shop.put('/api/v1/push-endpoints/A-1042', endpoint)).status).toBe(201);
  const { buyer } = answer.body as { buyer: { person: string } };
  names = { order: 'A-1042', classDate: 'lesson-1', person: buyer.person, externalId: 'A-1042', endpoint: 'A-1042' };
});

afterAll(() => site.close());

function paramsOf({ operation }: DocumentedCall) {
  return operation.parameters.filter((parameter) => parameter.in === 'path');
}

function addressOf(call: DocumentedCall): string {
  const values = paramsOf(call).map(({ name, example = 'x' }) => [name, names[name] ?? example]);
  return site.document.address(call, Object.fromEntries(values) as Record<string, string>);
}

/** What each call sends that is right; any body that the document takes, where it makes no difference. */
function bodyOf(call: DocumentedCall): unknown {
  const { operationId } = call.operation;
  if (operationId === 'putOrder') return orderContent(teacherEmail, { title: 'Of the other shop' });
  return operationId === 'putClassDate' ? classDateContent({ durationMinutes: 5 }) : sampleOf(bodySchemaOf(call));
}

function bodySchemaOf(call: DocumentedCall) {
  return site.document.bodySchema(call) ?? {};
}

function make(caller: Caller, call: DocumentedCall): Promise<Response> {
  const address = addressOf(call);
  if (call.method === 'PUT') return caller.put(address, bodyOf(call));
  return call.method === 'DELETE' ? caller.delete(address) : caller.get(address);
}

const readings = () => site.document.calls.filter(({ method }) => method === 'GET');
const asTheShop = () =>
  Promise.all(readings().map(async (call) => [addressOf(call), (await make(shop, call)).body as unknown]));

it('no call finds anything of another customer’s, or changes it', async () => {
  const before = await asTheShop();
  expect(JSON.stringify(before)).toContain(TITLE);
  const found: string[] = [];
  for (const call of site.document.calls) {
    const { operationId } = call.operation;
    const isList = paramsOf(call).length === 0;
    // An id of its own: two customers may call something the same.
    const isItsOwn = call.method === 'PUT' && paramsOf(call).length === 1;
    if (isItsOwn) continue;
    const answer = await make(other, call);
    expect([operationId, answer.text]).toEqual([operationId, expect.not.stringContaining(TITLE)]);
    if (answer.status !== (isList ? 200 : 404)) found.push(`${operationId}: ${answer.status}`);
    if (isList) expect(answer.text).not.toContain('A-1042');
  }
  expect(found).toEqual([]);
  expect(await asTheShop()).toEqual(before);
});

it('two customers may call an order the same', async () => {
  const before = await asTheShop();
  expect((await make(other, site.document.call('putOrder'))).status).toBe(201);
  expect((await make(other, site.document.call('getClassDate'))).status).toBe(404);
  expect((await make(other, site.document.call('cancelOrder'))).status).toBe(200);
  expect(await asTheShop()).toEqual(before);
});

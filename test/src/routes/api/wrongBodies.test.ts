import type { Response } from 'supertest';
import { z } from 'zod';
import { buildUser } from '../../../factories/people';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';
import type { DocumentedCall } from '../../../support/apiDocument';
import { fingerprintOf } from '../../../support/fingerprint';
import { sampleOf, wrongBodies, type Schema } from '../../../support/schemaCases';

/*
 * Every call of the served document that takes a body, with every field of its schema wrong in turn: what is added to the
 * document is tried here without a word.
 */

let site: ApiSite;
let shop: Caller;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  const teacher = await buildUser('teacher');
  await shop.put('/api/v1/orders/A-1042', orderContent(teacher.email));
  await shop.put('/api/v1/orders/A-1042/class-dates/lesson-1', classDateContent());
});

afterAll(() => site.close());

const THERE: Readonly<Record<string, string>> = { order: 'A-1042', classDate: 'lesson-1' };

const calls = (): DocumentedCall[] => site.document.calls.filter(({ operation }) => operation.requestBody);

function schemaOf(call: DocumentedCall): Schema {
  const schema = site.document.bodySchema(call);
  if (!schema) throw new Error(`${call.operation.operationId} takes no body.`);
  return schema;
}

/** Of what is there, and of what is not there yet. */
function addressesOf(call: DocumentedCall): string[] {
  const inPath = call.operation.parameters.filter((parameter) => parameter.in === 'path');
  const named = (last: string | undefined) =>
    Object.fromEntries(
      inPath.map(({ name, example = 'x' }, index) => {
        return [name, (index === inPath.length - 1 ? last : undefined) ?? THERE[name] ?? example];
      }),
    );
  return [named(undefined), named('not-there-yet')].map((values) => site.document.address(call, values));
}

const problemSchema = z.object({
  status: z.number(),
  code: z.string(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string().min(1) })).default([]),
});

function pointersOf(answer: Response): string[] {
  return [...new Set(problemSchema.parse(answer.body).errors.map(({ pointer }) => pointer))];
}

it('every field wrong in turn is named, and nothing of it is saved', async () => {
  let tried = 0;
  for (const call of calls()) {
    const schema = schemaOf(call);
    const sample = sampleOf(schema);
    expect(site.document.bodyViolations(call, sample)).toEqual([]);
    const before = await fingerprintOf(site.website.deps);
    for (const { pointer, what, body } of wrongBodies(schema, sample)) {
      // The document says so, too.
      expect([pointer, what, site.document.bodyViolations(call, body)]).not.toEqual([pointer, what, []]);
      for (const address of addressesOf(call)) {
        // As text: a word or a number of its own is JSON too.
        const answer = await shop.put(address, JSON.stringify(body), { 'Content-Type': JSON_TYPE });
        const seen = { pointer, what, status: answer.status, named: pointersOf(answer) };
        expect(seen).toEqual({ pointer, what, status: 422, named: [pointer] });
        tried += 1;
      }
    }
    expect(await fingerprintOf(site.website.deps)).toBe(before);
  }
  expect(tried).toBeGreaterThan(300);
});

it('several fields wrong at once are all named', async () => {
  for (const call of calls()) {
    const schema = schemaOf(call);
    const fields = Object.keys(schema.properties ?? {});
    const nonsense = Object.fromEntries(fields.map((name) => [name, { no: 'sense' }]));
    const answer = await shop.put(addressesOf(call)[0] ?? '', nonsense);
    expect(answer.status).toBe(422);
    const named = pointersOf(answer).map((pointer) => pointer.split('/')[1]);
    expect([...new Set(named)].sort()).toEqual(fields.sort());
  }
});

const JSON_TYPE = 'application/json';
const DEEP = 100_000;

/** What is no body of ours at all: its status, and its type where that is not JSON. */
const RUBBISH: readonly (readonly [what: string, body: string | Buffer, status: number, type?: string])[] = [
  ['nothing', '', 400],
  ['a word', 'hello', 400],
  ['half of it', '{"title":', 400],
  ['a comma too many', '{"title":"x",}', 400],
  ['a number that JSON has not', '{"title":NaN}', 400],
  ['null', 'null', 422],
  ['a text', '"x"', 422],
  ['a number', '5', 422],
  ['a list', '[]', 422],
  ['an empty object', '{}', 422],
  ['a byte order mark before it', '\ufeff{}', 400],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400],
  ['UTF-16', Buffer.from('{"title":"x"}', 'utf16le'), 400, 'application/json; charset=utf-16'],
  ['lists in lists', '['.repeat(DEEP) + ']'.repeat(DEEP), 422],
  ['lists without an end', '['.repeat(DEEP), 400],
  ['objects in objects', '{"a":'.repeat(40_000) + '1' + '}'.repeat(40_000), 422],
  ['a number without an end', `{"revision":${'9'.repeat(DEEP)}}`, 422],
  ['too much', JSON.stringify({ title: 'x'.repeat(300_000) }), 413],
  ['a form', 'title=x', 415, 'application/x-www-form-urlencoded'],
  ['a text', '{}', 415, 'text/plain'],
  ['something like JSON', '{}', 415, 'application/jsonx'],
];

it.each(RUBBISH.map(([what, ...sent]) => ({ what, sent })))(
  '$what is refused, and changes nothing',
  async ({ sent }) => {
    const [body, status, type = JSON_TYPE] = sent;
    for (const call of calls()) {
      const before = await fingerprintOf(site.website.deps);
      for (const address of addressesOf(call)) {
        const answer = await fetch(`http://127.0.0.1:${site.website.port}${address}`, {
          method: 'PUT',
          headers: { Authorization: `Bearer ${shop.secret}`, 'Content-Type': type },
          body,
        });
        expect(answer.headers.get('content-type')).toContain('application/problem+json');
        expect([answer.status, problemSchema.parse(await answer.json()).status]).toEqual([status, status]);
      }
      expect(await fingerprintOf(site.website.deps)).toBe(before);
    }
  },
);

it('of a field that is there twice the last counts', async () => {
  const text = JSON.stringify(classDateContent()).replace('{', '{"durationMinutes":5,');
  const answer = await shop.put('/api/v1/orders/A-1042/class-dates/lesson-1', text, { 'Content-Type': JSON_TYPE });
  expect([answer.status, answer.body]).toEqual([200, expect.objectContaining({ durationMinutes: 60 })]);
});

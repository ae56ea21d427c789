import { BookOrder } from '../../../../src/models/BookOrder';
import { ClassDate } from '../../../../src/models/ClassDate';
import { ZoomAuditLog } from '../../../../src/models/ZoomAuditLog';
import { ZoomSecureToken } from '../../../../src/models/ZoomSecureToken';
import { hashToken } from '../../../../src/security/joinPass';
import { classDateContent, orderContent } from '../../../factories/orderContents';
import { buildUser } from '../../../factories/people';
import { startApiSite, type ApiSite, type Caller } from '../../../support/apiSite';

const ORDER = '/api/v1/orders/J-1';

let site: ApiSite;
let shop: Caller;
let classDate: ClassDate;
let buyer: ZoomSecureToken;

beforeAll(async () => {
  site = await startApiSite();
  shop = await site.caller();
  const { email } = await buildUser('teacher');
  await shop.put(ORDER, orderContent(email));
  await shop.put(`${ORDER}/class-dates/C`, classDateContent());
  classDate = await ClassDate.findOne({ rejectOnEmpty: true });
  const { userId } = await BookOrder.findOne({ rejectOnEmpty: true });
  buyer = await ZoomSecureToken.findOne({ where: { userId }, rejectOnEmpty: true });
});

afterAll(() => site.close());

const linkOf = (person: string) => shop.get(`${ORDER}/class-dates/C/join-links/${person}`);
const handedOut = () => ZoomAuditLog.findAll({ where: { action: 'join_link_handed_out' }, order: ['id'] });

it('a link is the person’s own, and that it was handed out is in the audit log, without it', async () => {
  const answer = await linkOf(`user:${buyer.userId}`);
  const { url } = answer.body as { url: string };
  const token = new URL(url).searchParams.get('token') ?? '';
  expect([answer.status, new URL(url).pathname]).toEqual([200, `/join/class/${classDate.id}`]);
  expect(hashToken(token)).toBe(buyer.token);
  const audits = await handedOut();
  expect(audits).toHaveLength(1);
  expect(audits[0]).toMatchObject({ entityType: 'zoom_secure_token', entityId: buyer.id });
  expect(JSON.parse(audits[0]?.metadata ?? '')).toEqual({ classDateId: classDate.id, apiKeyId: shop.keyId });
  expect(JSON.stringify([audits, site.website.logged])).not.toContain(token);
});

it.each([
  ['is cancelled', { state: 'cancelled' }, 409],
  ['is closed', { state: 'ended', closedAt: new Date() }, 409],
  ['runs', { state: 'live', closedAt: null }, 200],
] as const)('of a class that %s', async (_how, fields, status) => {
  const before = (await handedOut()).length;
  await classDate.update(fields);
  const answer = await linkOf(`user:${buyer.userId}`);
  expect([answer.status, (answer.body as { code?: string }).code]).toEqual([
    status,
    status === 409 ? 'class_is_over' : undefined,
  ]);
  expect((await handedOut()).length).toBe(before + (status === 409 ? 0 : 1));
});

it('there is none of somebody whose pass was withdrawn, and that is no handing out', async () => {
  await classDate.update({ state: 'scheduled', closedAt: null });
  await buyer.update({ revokedAt: new Date() });
  const before = (await handedOut()).length;
  expect((await linkOf(`user:${buyer.userId}`)).status).toBe(404);
  expect((await handedOut()).length).toBe(before);
});

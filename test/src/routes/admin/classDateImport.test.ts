import { ClassDate } from '../../../../src/models/ClassDate';
import { paths } from '../../../../src/routes/paths';
import { buildOrder } from '../../../factories/classes';
import { parse, signedInBrowser, type Browser } from '../../../support/browser';
import { startWebsite, type Website } from '../../../support/website';

let website: Website;
let browser: Browser;

beforeAll(async () => {
  website = await startWebsite();
  browser = (await signedInBrowser(website, 'admin')).browser;
});

afterAll(() => website.close());

it('shows what would happen, then books it', async () => {
  const order = await buildOrder();
  const rows = [`${order.id},a,2030-01-15T10:00,UTC,60`, `${order.id},b,2030-01-15T10:00,Nowhere,60`];
  const csv = ['order,class_date,start,time_zone,minutes', ...rows].join('\r\n');
  const preview = parse(await browser.submit(paths.classDateImportPreview, { csv }));
  expect(preview('dl.facts').text().replaceAll(/\s+/g, ' ')).toContain('To be booked1 There already0 Refused1');
  expect(preview('.rows').text()).toContain('line 3, time_zone');
  expect(await ClassDate.count()).toBe(0);
  const kept = preview('form[action="/admin/class-date-imports"] textarea').text();
  const done = parse(await browser.submit(paths.classDateImport, { csv: kept }));
  expect(done('#done').text()).toBe('Done');
  expect(done('section').text()).toContain('1 booked now; 0 were there already; 1 refused.');
  expect(await ClassDate.count()).toBe(1);
});

it('takes a file of thousands of rows, and books what is in it once', async () => {
  const order = await buildOrder();
  const rows = Array.from(
    { length: 3000 },
    (_one, index) => `${order.id},many-${index},2030-01-15T10:00,Europe/Berlin,60`,
  );
  const csv = ['order,class_date,start,time_zone,minutes', ...rows].join('\n');
  const preview = parse(await browser.submit(paths.classDateImportPreview, { csv }));
  expect(preview('main').text()).toContain('Book 3000');
  expect(preview('dl.facts').text()).toContain('3000: there is another class of the same teacher at that time');
  expect(preview('dl.facts').text()).toContain(' and 2980 more.');
});

it('says what is wrong with a file that is none', async () => {
  const page = parse(await browser.submit(paths.classDateImportPreview, { csv: 'what, is this' }));
  expect(page('.rows').text()).toContain('The column order is missing.');
});

import { ClassDate } from '../../../../src/models/ClassDate';
import { OutcomeEvent } from '../../../../src/models/OutcomeEvent';
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

const MANY = 3000;
const BATCH = 500;

/** Has the time of the next press end during its first batch. */
function impatient(): void {
  const patience = new AbortController();
  const save = OutcomeEvent.bulkCreate.bind(OutcomeEvent);
  jest.spyOn(AbortSignal, 'timeout').mockReturnValueOnce(patience.signal);
  jest.spyOn(OutcomeEvent, 'bulkCreate').mockImplementationOnce((...given) => {
    patience.abort();
    return save(...given);
  });
}

/** Presses until it is done, as somebody does whom the page tells that rows are left. @returns the page's words each time */
async function pressUntilDone(csv: string): Promise<string[]> {
  const words: string[] = [];
  while (words.length < MANY / BATCH) {
    const page = parse(await browser.submit(paths.classDateImport, { csv }));
    words.push(page('section').first().text().replaceAll(/\s+/g, ' '));
    if (page('#done').text() === 'Done') break;
    expect(page('form[action="/admin/class-date-imports"] textarea').text()).toBe(csv);
  }
  return words;
}

it('takes a file of thousands of rows, and books what is in it once, however often it must be pressed', async () => {
  const order = await buildOrder();
  const rows = Array.from(
    { length: MANY },
    (_one, index) => `${order.id},many-${index},2030-01-15T10:00,Europe/Berlin,60`,
  );
  const csv = ['order,class_date,start,time_zone,minutes', ...rows].join('\n');
  const preview = parse(await browser.submit(paths.classDateImportPreview, { csv }));
  expect(preview('main').text()).toContain('Book 3000');
  expect(preview('dl.facts').text()).toContain('3000: there is another class of the same teacher at that time');
  expect(preview('dl.facts').text()).toContain(' and 2980 more.');

  impatient();
  const [first, ...more] = await pressUntilDone(csv);
  jest.restoreAllMocks();
  expect(first).toContain(`Not finished yet ${BATCH} booked now; 0 were there already; 0 refused. 2500 rows are left.`);
  expect(more.at(-1)).toMatch(/^ ?Done .*; 0 refused\. ?$/);
  expect(await ClassDate.count({ where: { orderId: order.id } })).toBe(MANY);
  const [again] = await pressUntilDone(csv);
  expect(again).toContain(`Done 0 booked now; ${MANY} were there already; 0 refused.`);
  expect(await ClassDate.count({ where: { orderId: order.id } })).toBe(MANY);
});

it('says what is wrong with a file that is none', async () => {
  const page = parse(await browser.submit(paths.classDateImportPreview, { csv: 'what, is this' }));
  expect(page('.rows').text()).toContain('The column order is missing.');
});

import { createPool, type Pool, type RowDataPacket } from 'mysql2/promise';
import { importClassDates } from '../../src/commands/importClassDates';
import { readClassDateRows } from '../../src/commands/readClassDateRows';
import { THE_SYSTEM } from '../../src/commands/writeAudit';
import { closeDeps, createDeps, type Deps } from '../../src/deps';
import { BookOrder } from '../../src/models/BookOrder';
import { ClassDate } from '../../src/models/ClassDate';
import { OrderGuest } from '../../src/models/OrderGuest';
import { buildUser } from '../factories/people';
import { testConfig } from '../support/config';
import { createTestDatabase } from '../support/database';

const DATES_PER_ORDER = 20;
const GUESTS = 3;
/** Of as many good rows, one that is refused. */
const GOOD_PER_REFUSED = 50;
const ROWS_AT_ONCE = 500;
/** Everything that booking a class date writes. */
const TABLES = ['class_dates', 'zoom_secure_tokens', 'zoom_audit_logs', 'outcome_events', 'workflow_outbox'];

export interface ImportResult {
  /** ms from the text of the file to the last commit */
  readonly took: number;
  /** ms for the very rows that it wrote, by bare INSERTs into tables with the same keys */
  readonly floor: number;
  readonly refused: number;
  /** how many rows that should be refused were not, or the other way round */
  readonly misjudged: number;
}

/** A file of class dates with some wrong rows in it, from the text to the last commit, beside the bare rows. */
export async function runImport(classDates: number): Promise<ImportResult> {
  const database = await createTestDatabase();
  const deps = createDeps(testConfig({ DATABASE_URL: database.url }));
  const bare = createPool({ uri: database.url, timezone: 'Z' });
  try {
    await makeOrders(Math.ceil(classDates / DATES_PER_ORDER));
    const { text, refusedLines } = fileOf(classDates);
    const { took, lines } = await importFile(deps, text);
    const booked = await ClassDate.count();
    if (booked !== classDates) throw new Error(`${booked} of ${classDates} class dates were booked.`);
    const misjudged =
      [...refusedLines].filter((line) => !lines.has(line)).length +
      [...lines].filter((line) => !refusedLines.has(line)).length;
    return { took, floor: await insertBare(bare), refused: refusedLines.size, misjudged };
  } finally {
    await bare.end();
    await closeDeps(deps);
    await database.drop();
  }
}

async function makeOrders(count: number): Promise<void> {
  const [teacher, buyer] = [await buildUser('teacher'), await buildUser('student')];
  const orders = await BookOrder.bulkCreate(
    Array.from({ length: count }, (_, index) => ({
      ...{ customer: 'shop', externalId: `order-${index}`, title: `Course ${index}` },
      ...{ userId: buyer.id, teacherId: teacher.id },
    })),
  );
  await OrderGuest.bulkCreate(
    orders.flatMap(({ id: orderId }) =>
      Array.from({ length: GUESTS }, (_, index) => ({ orderId, email: `guest${index}.${orderId}@guests.test` })),
    ),
  );
}

/** Each kind of wrong row in turn. */
const WRONG = [
  'shop:no-such-order,x,2030-01-15T10:00,Europe/Berlin,60',
  'shop:order-0,x,2020-01-15T10:00,Europe/Berlin,60',
  'shop:order-0,x,2030-01-15T10:00,Mars/Olympus,60',
  'shop:order-0,x,2030-01-15T10:00,Europe/Berlin,0',
  // The first class date of the file once more.
  'shop:order-0,date-0,2030-01-01T08:00,Europe/Berlin,60',
];

function fileOf(classDates: number): { text: string; refusedLines: Set<number> } {
  const lines = ['order,class_date,start,time_zone,minutes'];
  const refusedLines = new Set<number>();
  for (let index = 0; index < classDates; index += 1) {
    const order = Math.floor(index / DATES_PER_ORDER);
    const day = String((index % DATES_PER_ORDER) + 1).padStart(2, '0');
    lines.push(`shop:order-${order},date-${index},2030-01-${day}T08:00,Europe/Berlin,60`);
    if (index % GOOD_PER_REFUSED !== GOOD_PER_REFUSED - 1) continue;
    lines.push(WRONG[refusedLines.size % WRONG.length] ?? '');
    refusedLines.add(lines.length);
  }
  return { text: lines.join('\n'), refusedLines };
}

async function importFile(deps: Deps, text: string): Promise<{ took: number; lines: ReadonlySet<number> }> {
  const startedAt = performance.now();
  const { rows, problems } = readClassDateRows(text, deps.clock.now());
  const done = await importClassDates(deps, rows, THE_SYSTEM);
  const took = performance.now() - startedAt;
  return { took, lines: new Set([...problems, ...done.problems].map(({ line }) => line)) };
}

async function insertBare(pool: Pool): Promise<number> {
  let took = 0;
  for (const table of TABLES) {
    const [rows] = await pool.query<RowDataPacket[][]>({ sql: `SELECT * FROM ${table}`, rowsAsArray: true });
    await pool.query(`CREATE TABLE bare_${table} LIKE ${table}`);
    const startedAt = performance.now();
    for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
      await pool.query(`INSERT INTO bare_${table} VALUES ?`, [rows.slice(from, from + ROWS_AT_ONCE)]);
    }
    took += performance.now() - startedAt;
  }
  return took;
}

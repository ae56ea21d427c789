import { CsvError, parse } from 'csv-parse/sync';
import { z } from 'zod';
import { FieldErrors } from '../errors';
import { checkSchedule, type WallSchedule } from './checkSchedule';
import { isTimeZone, resolveWallTime, type ResolvedWallTime } from './resolveWallTime';

/** A class date of a CSV file, as far as it can be checked without the database. */
export interface ClassDateRow extends WallSchedule {
  readonly line: number;
  /** our number, or `customer:their id` */
  readonly order: string;
  readonly externalId: string;
  readonly startsAt: Date;
  /** it is no time that can be chosen any more, though it may have been booked while it was */
  readonly isPast: boolean;
  /** where the clock jumps over the time that stands in the file */
  readonly askedLocalStart: string | null;
}

/** Why a row is refused. */
export interface RowProblem {
  readonly line: number;
  /** null: the row as a whole */
  readonly column: string | null;
  readonly message: string;
}

export interface ReadRows {
  readonly rows: readonly ClassDateRow[];
  readonly problems: readonly RowProblem[];
}

export const CSV_COLUMNS = ['order', 'class_date', 'start', 'time_zone', 'minutes'] as const;
type Column = (typeof CSV_COLUMNS)[number];

const ROWS_MAX = 50_000;

const COLUMN_OF: Readonly<Record<string, Column>> = {
  localStart: 'start',
  timeZone: 'time_zone',
  durationMinutes: 'minutes',
};

const recordSchema = z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) });

/** Reads a CSV file with a line of column names. Each thing that is wrong is said with its line and column. */
export function readClassDateRows(text: string, now: Date): ReadRows {
  const records = recordsOf(text);
  if (!Array.isArray(records)) return { rows: [], problems: [records] };
  const [head, ...body] = records;
  const problems = head ? problemsOfHead(head.record) : [{ line: 1, column: null, message: 'The file is empty.' }];
  if (body.length > ROWS_MAX) {
    problems.push({ line: ROWS_MAX + 2, column: null, message: `Send at most ${ROWS_MAX} rows at a time.` });
  }
  if (!head || problems.length > 0) return { rows: [], problems };
  const rows: ClassDateRow[] = [];
  for (const { record, info } of body) {
    if (record.every((cell) => cell.trim() === '')) continue;
    const read = readRow(namedCells(head.record, record), info.lines, record.length - head.record.length, now);
    if (Array.isArray(read)) problems.push(...read);
    else rows.push(read);
  }
  return { rows, problems };
}

type CsvRecord = z.infer<typeof recordSchema>;

function recordsOf(text: string): CsvRecord[] | RowProblem {
  try {
    const options = { bom: true, info: true, relax_column_count: true, skip_empty_lines: true } as const;
    return z.array(recordSchema).parse(parse(text, options));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const line = typeof error['lines'] === 'number' ? error['lines'] : 1;
    return { line, column: null, message: 'From here on this is no CSV: look for a quotation mark too many.' };
  }
}

function problemsOfHead(head: readonly string[]): RowProblem[] {
  const names = head.map((name) => name.trim());
  const missing = CSV_COLUMNS.filter((column) => !names.includes(column));
  return missing.map((column) => ({ line: 1, column, message: `The column ${column} is missing.` }));
}

function namedCells(head: readonly string[], record: readonly string[]): Readonly<Record<Column, string>> {
  const cell = (column: Column) => (record[head.findIndex((name) => name.trim() === column)] ?? '').trim();
  return Object.fromEntries(CSV_COLUMNS.map((column) => [column, cell(column)])) as Record<Column, string>;
}

function readRow(
  cells: Readonly<Record<Column, string>>,
  line: number,
  tooMany: number,
  now: Date,
): ClassDateRow | RowProblem[] {
  const problems: RowProblem[] = [];
  const check = (ok: boolean, column: Column | null, message: string) => {
    if (!ok) problems.push({ line, column, message });
  };
  check(tooMany <= 0, null, 'It has more cells than there are columns.');
  const isOrder = /^([1-9]\d{0,14}|[a-z\d-]{1,40}:[A-Za-z\d][A-Za-z\d._:~-]{0,99})$/.test(cells.order);
  check(isOrder, 'order', 'Enter the number of an order, or customer:their id.');
  const isId = /^[A-Za-z\d][A-Za-z\d._:~-]{0,99}$/.test(cells.class_date);
  check(isId, 'class_date', 'Enter what you call the class date: letters, digits and . _ : ~ - in it.');
  const durationMinutes = /^\d{1,5}$/.test(cells.minutes) ? Number(cells.minutes) : NaN;
  const given = { localStart: cells.start.replace(' ', 'T'), timeZone: cells.time_zone, durationMinutes };
  const past = pastInstantOf(given, now);
  let resolved: ResolvedWallTime | null = null;
  try {
    resolved = checkSchedule(given, now, past);
  } catch (error) {
    if (!(error instanceof FieldErrors)) throw error;
    for (const { field, message } of error.fields) check(false, COLUMN_OF[field] ?? null, message);
  }
  if (problems.length > 0 || !resolved) return problems;
  const { localStart, startsAt } = resolved;
  const askedLocalStart = localStart === given.localStart ? null : given.localStart;
  const time = { localStart, askedLocalStart, startsAt, isPast: past !== null };
  return { ...given, ...time, line, order: cells.order, externalId: cells.class_date };
}

function pastInstantOf({ localStart, timeZone }: WallSchedule, now: Date): Date | null {
  const resolved = isTimeZone(timeZone) ? resolveWallTime(localStart, timeZone) : null;
  return resolved && resolved.startsAt <= now ? resolved.startsAt : null;
}

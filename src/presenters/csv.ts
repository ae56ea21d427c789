import { Readable } from 'node:stream';

export type CsvCell = string | number | null;

type Batch = readonly (readonly CsvCell[])[];
type Batches = AsyncIterable<Batch> | Iterable<Batch>;

/** Without it, spreadsheets take UTF-8 for something else. */
const BYTE_ORDER_MARK = '\uFEFF';

/** What spreadsheets would take for a formula; behind blanks, which some of them skip, and in the wide forms too. */
const FORMULA = /^[\t\r\n]|^\s*[=+\-@＝＋－＠]/;

/**
 * The same where a spreadsheet that does not take commas for separators begins a cell: a quote in the middle of what is one
 * cell to it means nothing there, so that quoting alone keeps nothing together.
 */
const FORMULA_WITHIN = /([;\t\r\n]\s*)(?=[=+\-@＝＋－＠])/g;

/**
 * A CSV file (RFC 4180) that is safe to open in a spreadsheet, made while it is read: batches are asked for as fast as the
 * reader takes them, and no more when it goes away.
 */
export function csvStream(head: readonly string[], batches: Batches): Readable {
  async function* texts() {
    yield BYTE_ORDER_MARK + csvLine(head);
    for await (const rows of batches) yield rows.map((row) => csvLine(row)).join('');
  }
  return Readable.from(texts(), { objectMode: false });
}

export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map((cell) => csvCell(cell)).join(',')}\r\n`;
}

function csvCell(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const within = cell.replaceAll(FORMULA_WITHIN, "$1'");
  const safe = FORMULA.test(cell) ? `'${within}` : within;
  return /[",;\t\r\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

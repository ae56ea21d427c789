import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const REPORTS = path.join(__dirname, '../../.dev/reports');

/** The value below which the given share of the samples lies (nearest rank). */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((one, other) => one - other);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new Error('There are no samples; the run measured nothing.');
  return value;
}

/** Prints rows as an aligned table and writes them to .dev/reports/NAME.json. */
export function writeReport(name: string, rows: readonly object[]): void {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => cell(Reflect.get(row, column))))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  for (const line of cells) print(line.map((text, index) => text.padEnd(widths[index] ?? 0)).join('  '));
  mkdirSync(REPORTS, { recursive: true });
  const file = path.join(REPORTS, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(rows, null, 2)}\n`);
  print(`\nwritten to .dev/reports/${name}.json`);
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function cell(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(2);
  return typeof value === 'string' ? value : JSON.stringify(value ?? '');
}

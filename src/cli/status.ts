import type { Command } from 'commander';
import { ACTION_WORDS } from '../presenters/auditWords';
import { readStatus, type Status } from '../queries/readStatus';
import { print, printJson, printTable, runCommand } from './run';

export function addStatus(program: Command): void {
  program
    .command('status')
    .description('the whole at a glance: health, settings, the last meetings, passes and audit rows, table sizes')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) =>
      runCommand(async (deps) => {
        const status = await readStatus(deps);
        if (json) printJson(status);
        else printStatus(status);
        return 0;
      }),
    );
}

const iso = (instant: Date | null) => instant?.toISOString() ?? '-';

function printStatus({ health, settings, meetings, passes, audits, tables }: Status): void {
  const there = (is: boolean) => (is ? 'set' : 'not set');
  print(`health: ${health.status}`);
  for (const line of [...health.reasons, ...health.warnings]) print(`  ${line}`);
  print(
    `Zoom app: client id ${there(settings.clientId)}, secret ${there(settings.clientSecret)}, webhook secret ${there(settings.webhookSecret)}`,
  );
  print('\nthe last meetings');
  printTable(
    ['MEETING', 'CLASS', 'STATE', 'STARTS', 'MADE'],
    meetings.map((row) => [`${row.id}`, `${row.classDateId}`, row.state, iso(row.startTime), iso(row.createdAt)]),
  );
  print('\nthe last passes');
  printTable(
    ['PASS', 'CLASS', 'MADE', 'USED', 'WITHDRAWN'],
    passes.map((row) => [`${row.id}`, `${row.classDateId}`, iso(row.createdAt), iso(row.usedAt), iso(row.revokedAt)]),
  );
  print('\nthe last of the audit log');
  printTable(
    ['ROW', 'WHEN', 'WHAT', 'ABOUT'],
    audits.map((row) => [`${row.id}`, iso(row.createdAt), ACTION_WORDS[row.action], about(row)]),
  );
  print('\ntables');
  printTable(
    ['TABLE', 'ROWS, ABOUT', 'MB'],
    tables.map(({ name, rows, megabytes }) => [name, String(rows), String(megabytes)]),
  );
}

function about({ entityType, entityId }: { entityType: string | null; entityId: number | null }): string {
  return entityType === null ? '' : `${entityType} ${entityId ?? ''}`;
}

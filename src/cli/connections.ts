import type { Command } from 'commander';
import { listConnections, type ConnectionRow } from '../queries/listConnections';
import { print, printJson, printTable, runCommand } from './run';

export function addConnections(program: Command): void {
  const connections = program.command('connections').description('teachers’ Zoom connections');
  connections
    .command('list')
    .description('how each teacher’s Zoom connection stands')
    .option('--json', 'as JSON')
    .action(({ json }: { json?: boolean }) =>
      runCommand(async (deps) => {
        const rows = await listConnections(deps.clock.now());
        if (json) printJson(rows);
        else printConnections(rows);
        return 0;
      }),
    );
}

function printConnections(rows: readonly ConnectionRow[]): void {
  if (rows.length === 0) return print('There are no teachers yet.');
  printTable(
    ['TEACHER', 'NAME', 'STATE', 'LICENCE', 'LAST REFRESH', 'NEXT REFRESH', 'CLASSES 24 H', 'WHY'],
    rows.map((row) => [
      String(row.teacherId),
      row.name,
      row.disabled ? `${row.state}, teacher disabled` : row.state,
      row.licence ?? '-',
      row.refreshedAt ?? '-',
      row.nextRefreshAt ?? '-',
      String(row.classesSoon),
      row.reason ?? '',
    ]),
  );
}

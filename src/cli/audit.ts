import { InvalidArgumentError, type Command } from 'commander';
import { presentAuditCheck } from '../presenters/auditCheck';
import { checkAuditLog } from '../queries/checkAuditLog';
import type { ChainHead } from '../security/auditSeal';
import { complain, print, printJson, runCommand } from './run';

export function addAudit(program: Command): void {
  const audit = program.command('audit').description('the audit log');
  audit
    .command('check')
    .description('look whether rows of the audit log were changed, removed or inserted')
    .option('--head <seq:hash>', 'an auditHead of a worker’s log, which must still be in the chain', parseHead)
    .option('--json', 'as JSON')
    .action(({ head, json }: { head?: ChainHead; json?: boolean }) =>
      runCommand(async (deps) => {
        const check = await checkAuditLog(deps, { known: head });
        if (json) printJson(check);
        else printCheck(presentAuditCheck(check));
        return check.broken === null ? 0 : 1;
      }),
    );
}

function parseHead(text: string): ChainHead {
  const [, seq, hash] = /^([1-9]\d{0,14}):([\da-f]{64})$/.exec(text) ?? [];
  if (seq === undefined || hash === undefined) throw new InvalidArgumentError('It looks like 12:8f3a… (64 digits).');
  return { seq: Number(seq), hash };
}

function printCheck({ verdict, todo, rows, unsealed, erased, head }: ReturnType<typeof presentAuditCheck>): void {
  print(`${rows} rows are well; ${unsealed} are not sealed yet; ${erased} have erased personal data.`);
  if (head !== null) print(`checked up to ${head}`);
  if (todo === null) return print(verdict);
  complain(verdict);
  complain(todo);
}

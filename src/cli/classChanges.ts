import type { Command } from 'commander';
import { cancelClass } from '../commands/cancelClass';
import type { ClassChange, ClassEdit } from '../commands/changeClass';
import { changeTeacher } from '../commands/changeTeacher';
import { putRoomBack } from '../commands/putRoomBack';
import { reopenClass } from '../commands/reopenClass';
import { rescheduleClass } from '../commands/rescheduleClass';
import { THE_SYSTEM } from '../commands/writeAudit';
import type { Deps } from '../deps';
import { actualState } from '../domain/classStates';
import { runEdit, withEditOptions, type EditOptions } from './editOptions';
import { parseId } from './parseId';
import { complain, print, printJson, runCommand } from './run';
import { onTrial } from './trial';

interface ScheduleOptions extends EditOptions {
  readonly start?: string;
  readonly zone?: string;
  readonly minutes?: number;
}

type Done = ClassChange & { readonly notes?: readonly string[] };
type Act = (deps: Deps, edit: ClassEdit) => Promise<Done>;

/** Beside booking them: changes of class dates that are booked. */
export function addClassChanges(classDates: Command): void {
  withEditOptions(withSchedule(classDates.command('reschedule').argument('<id>', 'the class date', parseId)))
    .description('move a class, or make it longer or shorter; what is not named stays')
    .action((id: number, options: ScheduleOptions) =>
      run(id, options, (deps, edit) => rescheduleClass(deps, { ...edit, ...scheduleOf(options) }, THE_SYSTEM)),
    );
  withEditOptions(classDates.command('cancel').argument('<id>', 'the class date', parseId))
    .description('cancel a class: its doors close at once, and its room goes')
    .action((id: number, options: EditOptions) =>
      run(id, options, (deps, edit) => cancelClass(deps, edit, THE_SYSTEM)),
    );
  withEditOptions(withSchedule(classDates.command('reopen').argument('<id>', 'the class date', parseId)))
    .description('have a class take place after all, at its own time or at another')
    .action((id: number, options: ScheduleOptions) =>
      run(id, options, (deps, edit) => reopenClass(deps, { ...edit, ...scheduleOf(options) }, THE_SYSTEM)),
    );
  withEditOptions(classDates.command('teacher').argument('<id>', 'the class date', parseId))
    .argument('<teacher>', 'the number of who gives it from now on', parseId)
    .description('give a class to another teacher; the links stay good')
    .action((id: number, teacherId: number, options: EditOptions) =>
      run(id, options, (deps, edit) => changeTeacher(deps, { ...edit, teacherId }, THE_SYSTEM)),
    );
  addPutRoomBack(classDates);
}

function addPutRoomBack(classDates: Command): void {
  classDates
    .command('put-room-back')
    .argument('<id>', 'the class date', parseId)
    .description('have a room that was changed at Zoom made as the class is again; nobody is mailed')
    .option('--dry-run', 'say whether there is something to put back; change nothing')
    .option('--json', 'as JSON')
    .action((classDateId: number, { dryRun = false, json = false }: EditOptions) =>
      runCommand(async (deps) => {
        const changed = await putRoomBack(dryRun ? onTrial(deps) : deps, { classDateId }, THE_SYSTEM);
        const word = dryRun ? 'would be' : 'is';
        if (json) printJson({ classDateId, changed });
        else if (changed) print(`The room of class date ${classDateId} ${word} put back, as soon as Zoom takes it.`);
        else print(`The room of class date ${classDateId} is as the class is; there is nothing to put back.`);
        return 0;
      }),
    );
}

function withSchedule(command: Command): Command {
  return command
    .option('--start <wall time>', 'such as 2026-11-23T10:00, on a clock on the wall in the class’s zone')
    .option('--zone <zone>', 'such as Europe/Berlin')
    .option('--minutes <count>', 'how long it is', Number);
}

function scheduleOf({ start, zone, minutes }: ScheduleOptions) {
  return { localStart: start, timeZone: zone, durationMinutes: minutes };
}

function run(classDateId: number, options: EditOptions, act: Act): Promise<void> {
  return runEdit(options, async (deps, how) => {
    const done = await act(deps, { classDateId, ...how });
    if (options.json) printJson(outcomeOf(done));
    else printOutcome(done, options);
  });
}

function outcomeOf({ classDate, changed, notes = [] }: Done) {
  const { id, localStart, timeZone, startsAt, durationMinutes, teacherId, version } = classDate;
  return {
    ...{
      classDateId: id,
      changed,
      state: actualState(classDate),
      localStart,
      timeZone,
      startsAt: startsAt.toISOString(),
      durationMinutes,
    },
    ...{ teacherId, version, notes },
  };
}

function printOutcome(done: Done, { dryRun = false }: EditOptions): void {
  const { classDateId, changed, state, localStart, timeZone, durationMinutes, teacherId, notes } = outcomeOf(done);
  if (!changed)
    return print(`Class date ${classDateId} is so already; nothing ${dryRun ? 'would change' : 'has changed'}.`);
  const how = `${state}, ${localStart} (${timeZone}), ${durationMinutes} minutes, teacher ${teacherId}`;
  print(`Class date ${classDateId} ${dryRun ? 'would be' : 'is'} ${how}.`);
  for (const note of notes) complain(note);
}

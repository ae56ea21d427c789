import { CLASS_STATES, type ClassState } from '../../../src/domain/classStates';
import { CLASS_EVENTS, nextClassState } from '../../../src/domain/transitions';

/** Every cell of the table, written out by hand: rows are events, columns the states in the order of the first line. */
const TABLE = `
                    scheduled preparing ready     live      ended     settled   cancelled missed
rescheduled_earlier scheduled preparing ready     live      ended     settled   cancelled missed
rescheduled_later   scheduled scheduled scheduled live      scheduled scheduled cancelled scheduled
put_off             scheduled scheduled scheduled scheduled scheduled scheduled cancelled scheduled
cancelled           cancelled cancelled cancelled cancelled ended     settled   cancelled missed
reopened            scheduled preparing ready     live      scheduled scheduled scheduled scheduled
teacher_changed     scheduled preparing preparing preparing ended     settled   cancelled missed
roster_changed      scheduled preparing ready     live      ended     settled   cancelled missed
meeting_started     live      live      live      live      live      settled   cancelled ended
meeting_ended       ended     ended     ended     ended     ended     settled   cancelled ended
meeting_deleted     scheduled preparing preparing preparing preparing   settled   cancelled missed
opened              preparing preparing ready     live      ended     settled   cancelled missed
meeting_made        scheduled ready     ready     live      ended     settled   cancelled missed
over                missed    missed    ended     ended     ended     settled   cancelled missed
settled             scheduled preparing ready     live      settled   settled   cancelled missed
`;

const [header = '', ...lines] = TABLE.trim().split('\n');
const states = header.trim().split(/\s+/) as ClassState[];
const rows = new Map(lines.map((line) => [line.split(/\s+/)[0], line.trim().split(/\s+/).slice(1)]));

describe('nextClassState', () => {
  it('is described for every state and every event', () => {
    expect(states).toEqual([...CLASS_STATES]);
    expect([...rows.keys()]).toEqual([...CLASS_EVENTS]);
  });

  for (const event of CLASS_EVENTS) {
    for (const [column, state] of states.entries()) {
      const expected = rows.get(event)?.[column];
      it(`${state} + ${event} = ${expected}`, () => {
        expect(nextClassState(state, event)).toBe(expected);
      });
    }
  }
});
